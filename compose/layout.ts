// Where the servers of one lab are when compose runs them. What prints the compose file and what
// runs the lab beside the servers both ask here, so nothing of it has to be passed between them.
//
// All containers of a lab share one network namespace, as those of a pod in Kubernetes do. So every
// server is at 127.0.0.1, as natively, and a link or a server of the lab's own process is where the
// servers reach it; addresses stay over a restart; and nobody else reaches any of them.

import type { NodeAddress, Place, Preparation, Service, ServiceForm } from "#kit";
import type { Description } from "../contracts/description.ts";

/** The user and group that servers in containers run as: nobody. */
export const CONTAINER_USER = { uid: 65_534, gid: 65_534 } as const;

/** The volume that all containers of a lab share: each node's folder lies in it. */
export const NODES = "/nodes";

const HOST = "127.0.0.1";

/** The services that a lab may want, by the names of their files. */
export type Forms = Readonly<Record<string, Service["form"]>>;

/** A server of a lab, laid out for compose. */
export interface LaidServer {
  /** The lab's name for it. */
  readonly name: string;
  readonly form: ServiceForm<object, object>;
  readonly options: object;
  /** True where the lab has only a tenancy in it, and may do nothing to the server itself. */
  readonly shared: boolean;
  /** What each node's folder is a copy of at first, and the commands that fill it. */
  readonly template?: { readonly folder: string; readonly preparation: Preparation };
  readonly nodes: readonly LaidNode[];
}

/** One container. */
export interface LaidNode {
  /** What compose calls it, within the lab. */
  readonly name: string;
  /** What Docker calls it, on the whole machine. */
  readonly container: string;
  readonly place: Place<object>;
}

/** A lab, as far as compose needs to know it. */
export type Composed = { readonly id: string } & Pick<Description, "services">;

/** True for what the lab's own container can run: programs of the lab's, in the lab's own Node. */
export function runsBesideLab(form: Pick<ServiceForm<object, object>, "program">): boolean {
  return form.program === "node";
}

/** Lays out the servers that get containers of their own. */
export function layoutOf({ id, services }: Composed, forms: Forms): LaidServer[] {
  const ports = new Ports();
  return Object.entries(services).flatMap(([name, { service, options: chosen, alone }]) => {
    const form = forms[service] as ServiceForm<object, object>;
    if (runsBesideLab(form)) return [];
    const options = { ...form.options, ...chosen };
    const peers = addressesOf(form, options, ports);
    const isOne = Object.keys(peers).length === 1;
    const nodes = Object.entries(peers).map(([node, address]) => {
      const called = isOne ? name : `${name}-${node}`;
      const folder = `${NODES}/${called}`;
      return {
        name: called,
        container: `pareto-${slugOf(id)}-${called}`,
        place: { node, folder, peers, options, bind: HOST, ...address },
      };
    });
    const shared = !alone && form.tenants !== undefined;
    return [{ name, form, options, shared, template: templateOf(form, options), nodes }];
  });
}

function templateOf(form: ServiceForm<object, object>, options: object): LaidServer["template"] {
  const preparation = form.prepare?.(options);
  if (!preparation) return undefined;
  const image = form.image.replaceAll(/[^\w.-]/g, "-");
  return { folder: `${NODES}/.templates/${image}-${preparation.key}`, preparation };
}

/** The last part of a lab's id. */
export function slugOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Gives the nodes their main ports first, so that these are the service's own where possible. */
function addressesOf(form: ServiceForm<object, object>, options: object, ports: Ports) {
  const names = form.nodes?.(options) ?? [form.name];
  const main = names.map((name) => [name, ports.next(form.port)] as const);
  const extra = form.ports?.(options) ?? [];
  const addresses = main.map(([name, port]): [string, NodeAddress] => {
    const further = extra.map((one) => [one, ports.next(form.port)] as const);
    return [name, { host: HOST, port, ports: Object.fromEntries(further) }];
  });
  return Object.fromEntries(addresses);
}

/** The ports of a lab's one network namespace. */
class Ports {
  readonly #taken = new Set<number>();

  /** A port that nobody has yet, as near as possible above a wanted one. */
  next(wanted: number): number {
    let port = wanted;
    while (this.#taken.has(port)) port += 1;
    this.#taken.add(port);
    return port;
  }
}
