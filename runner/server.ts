// One service of a run: all its nodes, started together and stopped in reverse order.

import type { Address, Files, Found, NodeAddress, Place, Service, ServiceForm } from "#kit";
import { find } from "./find.ts";
import type { Launcher } from "./launch.ts";
import { nativeNodes } from "./native-nodes.ts";
import type { DeadServer, ServerNode } from "./node.ts";

/** Where a running server is, as plain data for the lab's process. */
export interface Where {
  readonly address: Address;
  readonly nodes: Readonly<Record<string, NodeAddress>>;
}

type Form = ServiceForm<object, object>;

/** A kind of fault on a node, as the lab asks for it. */
export type Fault = "kill" | "pause" | "resume" | "restart";

/** What a lab, or a service's face on its behalf, has done to a server. */
export type Deed =
  | { readonly kind: "fault"; readonly fault: Fault; readonly node?: string }
  | {
      readonly kind: "configure";
      readonly files: Files;
      readonly then: "restart" | "reload" | "nothing";
      readonly node?: string;
    }
  | { readonly kind: "read"; readonly file: string; readonly node?: string }
  | {
      readonly kind: "tool";
      readonly program: string;
      readonly args: readonly string[];
      readonly node?: string;
    }
  | {
      readonly kind: "start";
      readonly variables: Readonly<Record<string, string>>;
      readonly node?: string;
    }
  | { readonly kind: "stop"; readonly node?: string }
  | { readonly kind: "renew" };

export class Server implements AsyncDisposable {
  readonly form: Form;
  readonly found: Found;
  /** Milliseconds from the start to the last node's first right answer. */
  readonly readyMs: number;
  readonly #nodes: Nodes;
  #trials = 0;

  private constructor(form: Form, found: Found, nodes: Nodes, readyMs: number) {
    this.form = form;
    this.found = found;
    this.#nodes = nodes;
    this.readyMs = readyMs;
  }

  /** Finds and starts a service. Throws MissingServer or DeadServer, and leaves nothing running. */
  static async start(
    service: Service,
    options: object,
    launcher: Launcher,
    onDeath: (error: DeadServer) => void,
  ): Promise<Server> {
    const form = service.form as Form;
    const found = await find(form as never);
    const all = { ...form.options, ...options };
    const nodes = await nativeNodes(form, all, found, launcher, onDeath);
    return Server.begin(form, found, nodes);
  }

  /** Starts planned nodes on new folders. Throws DeadServer, and leaves none running. */
  static async begin(form: Form, found: Found, nodes: Nodes): Promise<Server> {
    const began = performance.now();
    await begin(form, nodes);
    return new Server(form, found, nodes, performance.now() - began);
  }

  /** Waits for nodes that somebody else has started. Throws DeadServer when one does not answer. */
  static async join(form: Form, found: Found, nodes: Nodes): Promise<Server> {
    const began = performance.now();
    await Promise.all([...nodes.values()].map((node) => node.answered()));
    await form.form?.(placesOf(nodes));
    return new Server(form, found, nodes, performance.now() - began);
  }

  get where(): Where {
    const places = placesOf(this.#nodes);
    const nodes = Object.fromEntries(
      Object.entries(places).map(([name, { host, port, ports }]) => [name, { host, port, ports }]),
    );
    const { host, port } = Object.values(places)[0] as Place<object>;
    return { address: { host, port }, nodes };
  }

  /** The processes that run now. */
  get pids(): number[] {
    return [...this.#nodes.values()].flatMap(({ pid }) => pid ?? []);
  }

  /** Does something to one node, the first when none is named; resolves with what was read. */
  async perform(deed: Deed): Promise<string | undefined> {
    const node = this.#node(deed.kind === "renew" ? undefined : deed.node);
    if (deed.kind === "read") return node.plan.folder.read(deed.file);
    if (deed.kind === "tool") return node.tool(deed.program, deed.args);
    if (deed.kind === "renew") await this.#renew();
    else if (deed.kind === "start") await node.startWith(deed.variables);
    else if (deed.kind === "stop") await node.stop(this.form.stopSignal ?? "SIGTERM");
    else if (deed.kind === "configure") await node.configure(deed.files, deed.then);
    else if (deed.fault === "kill") await node.stop();
    else await node[deed.fault]();
  }

  /**
   * Begins a trial: brings back every node that the last one has killed or paused, or stops what it
   * has started.
   */
  async mend(): Promise<void> {
    this.#trials += 1;
    if (this.form.onDemand) return this.#renew();
    const mended = [...this.#nodes.values()].map(async (node) => {
      node.resume();
      if (!node.isRunning) await node.start();
    });
    await Promise.all(mended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const nodes = [...this.#nodes.values()].reverse();
    await Promise.all(nodes.map((node) => node.stop(this.form.stopSignal)));
  }

  /** Stops all nodes and starts them on new folders, unless no trial has used them yet. */
  async #renew(): Promise<void> {
    if (this.#trials <= 1) return;
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
    await begin(this.form, this.#nodes);
  }

  #node(name: string | undefined): ServerNode {
    const node = name === undefined ? this.#nodes.values().next().value : this.#nodes.get(name);
    const names = [...this.#nodes.keys()].join(", ");
    if (!node) throw new Error(`${this.form.name} has no node "${name}"; it has ${names}`);
    return node;
  }
}

/** The nodes of a service by name, the first one first. */
export type Nodes = ReadonlyMap<string, ServerNode>;

/**
 * Gives all nodes new folders, starts them, unless that is for the lab to do, and joins them.
 * Leaves none running when one fails.
 */
async function begin(form: Form, nodes: Nodes): Promise<void> {
  const all = [...nodes.values()];
  const started = await Promise.allSettled(
    all.map(async (node) => {
      await node.plan.folder.renew();
      if (!form.onDemand) await node.start();
    }),
  );
  try {
    for (const one of started) if (one.status === "rejected") throw one.reason;
    await form.form?.(placesOf(nodes));
  } catch (error) {
    await Promise.all(all.map((node) => node.stop()));
    throw error;
  }
}

function placesOf(nodes: Nodes): Record<string, Place<object>> {
  return Object.fromEntries([...nodes].map(([name, node]) => [name, node.plan.place]));
}
