// Builds what a trial works with, in the lab's own process, and closes what the trial opened.

import {
  type Address,
  type At,
  type Bench,
  type Faults,
  type Link,
  link,
  mergeTraces,
  nodeOf,
  type Running,
  type Service,
  type Trace,
} from "#kit";
import type { Reach, Report } from "./messages.ts";
import type { Deed, Fault } from "./server.ts";

/** Has the runner do something to a server; resolves with the text that was asked for, if any. */
export type Ask = (service: string, deed: Deed) => Promise<string | undefined>;

/** What a bench is made of. */
export interface BenchParts {
  readonly services: Readonly<Record<string, Service>>;
  readonly reach: Readonly<Record<string, Reach>>;
  readonly knobs: Readonly<Record<string, number>>;
  readonly arm: string;
  readonly ask: Ask;
  readonly say: (report: Report) => void;
  readonly traced: boolean;
}

/** Messages that a trace keeps: what a diagram shows, and what follows for who wants more. */
const MOST_MESSAGES = 80;

/** What the links have seen, without the set-up of connections, bounded. */
function drawn(links: readonly Link[]): Trace {
  const { messages, ...rest } = mergeTraces(...links.map((wire) => wire.trace()));
  const spoken = messages.filter(({ setup }) => !setup);
  const beyond = rest.beyond + Math.max(0, spoken.length - MOST_MESSAGES);
  return { ...rest, messages: spoken.slice(0, MOST_MESSAGES), beyond };
}

/** A bench that ends: disposing of it closes every client that its services opened. */
export async function setBench(parts: BenchParts) {
  const { services, reach, knobs, arm, ask, say, traced } = parts;
  const links: Link[] = [];
  const opened = new AsyncDisposableStack();
  const running: Record<string, Running<object>> = {};
  for (const [name, service] of Object.entries(services)) {
    const at = placeAt(name, reach[name] as Reach, opened, ask);
    await service.form.reset?.(at);
    const before = traced ? await linked(name, service, at) : new Map<string, Link>();
    for (const wire of before.values()) links.push(opened.use(wire));
    running[name] = face(service, behind(at, before), faultsOf(name, ask));
  }
  const trace = () => links.length > 0 && say({ kind: "trace", trace: drawn(links) });
  const bench: Bench<Record<string, Service>, Record<string, number>> = {
    ...(running as Record<string, Running<never>>),
    knobs,
    arm,
    note: (text: string) => say({ kind: "note", text }),
    sample: (series: string, x: number, y: number) => say({ kind: "sample", series, x, y }),
  } as never;
  return Object.assign(opened, { bench, trace });
}

/** A link before every node of a service whose protocol can be decoded, by the node's name. */
async function linked(name: string, { form }: Service, { nodes }: At): Promise<Map<string, Link>> {
  const links = new Map<string, Link>();
  if (!form.protocol) return links;
  const isOne = Object.keys(nodes).length === 1;
  for (const [node, address] of Object.entries(nodes)) {
    const options = { trace: form.protocol, server: isOne ? name : node };
    links.set(node, await link(address, options));
  }
  return links;
}

/** The same place for the lab, which reaches the nodes through the links that stand before them. */
function behind(at: At, links: ReadonlyMap<string, Link>): At {
  const addressOf = (node: string) => links.get(node)?.address ?? at.addressOf(node);
  return { ...at, addressOf, address: addressOf(Object.keys(at.nodes)[0]!) };
}

function placeAt(service: string, reach: Reach, opened: AsyncDisposableStack, ask: Ask): At {
  return {
    ...reach,
    addressOf: (node) => nodeOf(reach, node),
    own: (resource) => opened.use(resource),
    async configure(files, then, node) {
      await ask(service, { kind: "configure", files, then, node });
    },
    read: async (file, node) => (await ask(service, { kind: "read", file, node })) ?? "",
    tool: async (program, args, node) =>
      (await ask(service, { kind: "tool", program, args, node })) ?? "",
    async renew() {
      await ask(service, { kind: "renew" });
    },
    async start(variables, node) {
      await ask(service, { kind: "start", variables, node });
    },
    async stop(node) {
      await ask(service, { kind: "stop", node });
    },
  };
}

function face(service: Service, at: At, faults: Faults): Running<object> {
  return {
    ...service.form.open(at),
    ...faults,
    address: at.address,
    nodes: at.nodes,
    through: (link: { readonly address: Address }) =>
      face(service, { ...at, address: link.address }, faults),
  };
}

function faultsOf(service: string, ask: Ask): Faults {
  const does = (fault: Fault) => async (node?: string) => {
    await ask(service, { kind: "fault", fault, node });
  };
  return {
    kill: does("kill"),
    pause: does("pause"),
    resume: does("resume"),
    restart: does("restart"),
  };
}
