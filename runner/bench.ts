// Builds what a trial works with, in the lab's own process, and closes what the trial opened.

import {
  type Address,
  type At,
  type Bench,
  type Faults,
  nodeOf,
  type Running,
  type Service,
  SocketCounter,
} from "#kit";
import type { Reach, Report } from "./messages.ts";
import type { Deed, Fault } from "./server.ts";
import { Wires } from "./wires.ts";

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

/** A bench that ends: disposing of it closes every client that its services opened. */
export async function setBench(parts: BenchParts) {
  const { services, reach, knobs, arm, say, traced } = parts;
  const wires = traced ? new Wires() : undefined;
  const ask = wires ? wires.marking(parts.ask) : parts.ask;
  const opened = new AsyncDisposableStack();
  if (wires) opened.use(wires);
  const sockets = opened.use(new SocketCounter());
  const running: Record<string, Running<object>> = {};
  for (const [name, service] of Object.entries(services)) {
    const at = placeAt(name, reach[name] as Reach, opened, ask);
    await service.form.reset?.(at);
    const reached = (await wires?.before(name, service, at)) ?? at;
    running[name] = face(service, reached, faultsOf(name, ask), sockets);
  }
  const trace = () => wires?.isUsed && say({ kind: "trace", trace: wires.drawn() });
  const bench: Bench<Record<string, Service>, Record<string, number>> = {
    ...(running as Record<string, Running<never>>),
    knobs,
    arm,
    note: (text: string) => say({ kind: "note", text }),
    sample: (series: string, x: number, y: number) => say({ kind: "sample", series, x, y }),
  } as never;
  return Object.assign(opened, { bench, trace });
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

function face(service: Service, at: At, faults: Faults, sockets: SocketCounter): Running<object> {
  const ports = new Set([at.address, ...Object.values(at.nodes)].map(({ port }) => port));
  return {
    ...service.form.open(at),
    ...faults,
    address: at.address,
    nodes: at.nodes,
    counts: () => sockets.counts(ports),
    through: (link: { readonly address: Address }) =>
      face(service, { ...at, address: link.address }, faults, sockets),
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
