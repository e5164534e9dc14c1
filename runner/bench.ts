// Builds what a trial works with, in the lab's own process, and closes what the trial opened.

import type { Address, At, Bench, Faults, Running, Service } from "#kit";
import type { Reach, Report } from "./messages.ts";
import type { Fault } from "./server.ts";

/** Asks the runner for a fault and resolves when it is done. */
export type AskFault = (service: string, fault: Fault, node?: string) => Promise<void>;

/** What a bench is made of. */
export interface BenchParts {
  readonly services: Readonly<Record<string, Service>>;
  readonly reach: Readonly<Record<string, Reach>>;
  readonly knobs: Readonly<Record<string, number>>;
  readonly arm: string;
  readonly ask: AskFault;
  readonly say: (report: Report) => void;
}

/** A bench that ends: disposing of it closes every client that its services opened. */
export async function setBench(parts: BenchParts) {
  const { services, reach, knobs, arm, ask, say } = parts;
  const opened = new AsyncDisposableStack();
  const running: Record<string, Running<object>> = {};
  for (const [name, service] of Object.entries(services)) {
    const at = placeAt(reach[name] as Reach, opened);
    await service.form.reset?.(at);
    running[name] = face(service, at, faultsOf(name, ask));
  }
  const bench: Bench<Record<string, Service>, Record<string, number>> = {
    ...(running as Record<string, Running<never>>),
    knobs,
    arm,
    note: (text: string) => say({ kind: "note", text }),
    sample: (series: string, x: number, y: number) => say({ kind: "sample", series, x, y }),
  } as never;
  return Object.assign(opened, { bench });
}

function placeAt(reach: Reach, opened: AsyncDisposableStack): At {
  return { ...reach, own: (resource) => opened.use(resource) };
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

function faultsOf(service: string, ask: AskFault): Faults {
  return {
    kill: (node) => ask(service, "kill", node),
    pause: (node) => ask(service, "pause", node),
    resume: (node) => ask(service, "resume", node),
    restart: (node) => ask(service, "restart", node),
  };
}
