// One service of a run: all its nodes, started together and stopped in reverse order.

import { join } from "node:path";
import type { Address, Found, Place, Service, ServiceForm } from "#kit";
import { find } from "./find.ts";
import type { Launcher } from "./launch.ts";
import { type DeadServer, ServerNode } from "./node.ts";
import { fillFolder } from "./template.ts";
import { makeFolder, reachable, userFor } from "./user.ts";

/** Where a running server is, as plain data for the lab's process. */
export interface Where {
  readonly address: Address;
  readonly nodes: Readonly<Record<string, Address & { ports: Readonly<Record<string, number>> }>>;
}

type Form = ServiceForm<object, object>;

/** A kind of fault on a node, as the lab asks for it. */
export type Fault = "kill" | "pause" | "resume" | "restart";

export class Server implements AsyncDisposable {
  readonly form: Form;
  readonly found: Found;
  /** Milliseconds from the start to the last node's first right answer. */
  readonly readyMs: number;
  readonly #nodes: ReadonlyMap<string, ServerNode>;

  private constructor(form: Form, found: Found, nodes: Map<string, ServerNode>, readyMs: number) {
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
    const began = performance.now();
    const nodes = await plan(form, { ...form.options, ...options }, found, launcher, onDeath);
    try {
      await Promise.all([...nodes.values()].map((node) => node.start()));
      await form.form?.(placesOf(nodes));
    } catch (error) {
      await Promise.all([...nodes.values()].map((node) => node.stop()));
      throw error;
    }
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

  /** Does a fault to one node, the first when none is named. */
  async fault(kind: Fault, name?: string): Promise<void> {
    const node = this.#node(name);
    if (kind === "kill") await node.stop();
    else if (kind === "restart") {
      await node.stop(this.form.stopSignal ?? "SIGTERM");
      await node.start();
    } else node[kind]();
  }

  /** Brings back every node that a trial has killed or paused. */
  async mend(): Promise<void> {
    const mended = [...this.#nodes.values()].map(async (node) => {
      node.resume();
      if (node.pid === undefined) await node.start();
    });
    await Promise.all(mended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const nodes = [...this.#nodes.values()].reverse();
    await Promise.all(nodes.map((node) => node.stop(this.form.stopSignal)));
  }

  #node(name: string | undefined): ServerNode {
    const node = name === undefined ? this.#nodes.values().next().value : this.#nodes.get(name);
    const names = [...this.#nodes.keys()].join(", ");
    if (!node) throw new Error(`${this.form.name} has no node "${name}"; it has ${names}`);
    return node;
  }
}

function placesOf(nodes: ReadonlyMap<string, ServerNode>): Record<string, Place<object>> {
  return Object.fromEntries([...nodes].map(([name, node]) => [name, node.plan.place]));
}

/** Gives every node a folder, ports, and the addresses of its peers. */
async function plan(
  form: Form,
  options: object,
  found: Found,
  launcher: Launcher,
  onDeath: (error: DeadServer) => void,
): Promise<Map<string, ServerNode>> {
  const names = form.nodes?.(options) ?? [form.name];
  const peers: Record<string, Address & { ports: Record<string, number> }> = {};
  for (const name of names) peers[name] = await reserve(form, launcher);
  const user = userFor(form);
  const program = reachable(found.program, found.version, user);
  const home = launcher.newFolder(form.name);
  const nodes = new Map<string, ServerNode>();
  for (const name of names) {
    const folder = join(home, name);
    const place = {
      node: name,
      folder,
      peers,
      options,
      ...(peers[name] as (typeof peers)[string]),
    };
    makeFolder(folder, user);
    const preparation = form.prepare?.(options);
    if (preparation) await fillFolder(folder, form.name, { ...found, program }, preparation, user);
    const label = names.length > 1 ? `${form.name} ${name}` : form.name;
    const log = join(home, `${name}.log`);
    const nodePlan = { name: label, form, place, program, user, log };
    nodes.set(name, new ServerNode(nodePlan, launcher, onDeath));
  }
  return nodes;
}

async function reserve(form: Form, launcher: Launcher) {
  const ports: Record<string, number> = {};
  for (const name of form.ports ?? []) ports[name] = await launcher.ports.reserve();
  return { host: "127.0.0.1", port: await launcher.ports.reserve(), ports };
}
