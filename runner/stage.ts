// The stage of one run: its servers are up, and arms come on in turn.

import type { Description } from "../contracts/description.ts";
import type { Emit } from "../contracts/events.ts";
import type { Tried } from "./judge.ts";
import { type Aside, LabError, type LabHost } from "./lab-host.ts";
import { peakMegabytes } from "./memory.ts";
import type { Judged, Reach } from "./messages.ts";
import type { Plan } from "./plan.ts";
import type { Lease, Lender } from "./pool.ts";
import { type Turn, turns } from "./rounds.ts";
import type { Deed, Fault } from "./server.ts";

/** A fault that somebody outside of the lab asks for. Without a node: the first. */
export interface Injected {
  readonly service: string;
  readonly fault: Fault;
  readonly node?: string;
}

export class Stage implements AsyncDisposable {
  readonly #host: LabHost;
  readonly #lab: Description;
  readonly #lender: Lender;
  readonly #emit: Emit;
  readonly #leases = new Map<string, Lease>();
  /** Rejects when the run cannot go on: a server died, or somebody stopped it. */
  readonly #halted = Promise.withResolvers<never>();
  readonly #signal: AbortSignal | undefined;
  readonly #stop = () => this.#halted.reject(new Error("stopped"));
  /** The trial that is on; none before the servers are ready. */
  #turn: Turn | undefined;

  constructor(host: LabHost, lab: Description, lender: Lender, emit: Emit, signal?: AbortSignal) {
    this.#host = host;
    this.#lab = lab;
    this.#lender = lender;
    this.#emit = emit;
    this.#signal = signal;
    this.#halted.promise.catch(() => {}); // it may come when nobody waits
    if (signal?.aborted) this.#stop();
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  /** Starts every server of the lab at the same time. Throws MissingServer or DeadServer. */
  async open(): Promise<void> {
    const names = Object.keys(this.#lab.services);
    const opened = await Promise.allSettled(names.map((name) => this.#open(name)));
    const failed = opened.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** Runs one trial on servers that are all up. */
  async trial({ arm, round }: Turn, { knobs, traced }: Plan): Promise<Judged> {
    for (const { server, shared } of this.#leases.values()) if (!shared) await server.mend();
    this.#turn = { arm, round };
    this.#emit({ kind: "trial", arm, round });
    const services: Record<string, Reach> = {};
    for (const [name, { reach }] of this.#leases) services[name] = reach;
    const began = performance.now();
    const judged = await this.#orHalted(
      this.#host.trial(
        { kind: "trial", arm, knobs, services, traced },
        this.#lab.deadlineSeconds,
        (aside) => this.#hear(aside, arm, round),
      ),
    );
    const ms = Math.round(performance.now() - began);
    const { finding, measures } = judged;
    this.#emit({ kind: "finding", arm, round, finding, measures, ms });
    for (const [claim, holds] of Object.entries(judged.verdicts)) {
      this.#emit({ kind: "verdict", arm, round, claim, verdict: holds ? "kept" : "broken" });
    }
    return judged;
  }

  /** Does a fault from outside, in the trial that is on. What cannot be done is said in a note. */
  async injure({ service, fault, node }: Injected): Promise<void> {
    const turn = this.#turn;
    if (!turn) return;
    this.#emit({ kind: "fault", ...turn, service, fault, node });
    await this.#perform(service, { kind: "fault", fault, node }).catch((error: Error) =>
      this.#emit({ kind: "note", ...turn, text: `not done: ${error.message}` }),
    );
  }

  /** The peak memory of the lab's process and of its servers until now. */
  get peakMegabytes(): number {
    const servers = [...this.#leases.values()].flatMap(({ server }) => server.pids);
    return peakMegabytes([this.#host.pid, ...servers]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#stop);
    await Promise.all([...this.#leases.values()].map((lease) => lease[Symbol.asyncDispose]()));
  }

  async #open(name: string): Promise<void> {
    const wanted = this.#lab.services[name] as Description["services"][string];
    const { service } = wanted;
    this.#emit({ kind: "service", name, service, state: "starting" });
    const began = performance.now();
    const lease = await this.#lender.lease(wanted, (error) => this.#halted.reject(error), name);
    this.#leases.set(name, lease);
    const { version, from } = lease.server.found;
    const readyMs = Math.round((performance.now() - began) * 10) / 10;
    this.#emit({ kind: "service", name, service, state: "ready", version, from, readyMs });
  }

  #hear(aside: Aside, arm: string, round: number): void {
    if (aside.kind === "note" || aside.kind === "sample" || aside.kind === "trace") {
      this.#emit({ ...aside, arm, round });
      return;
    }
    if (aside.kind === "fault") {
      const { service, fault, node } = aside;
      this.#emit({ kind: "fault", arm, round, service, fault, node });
    }
    this.#perform(aside.service, aside).then(
      (text) => this.#host.answer(aside.id, { text }),
      (error) => this.#host.answer(aside.id, { error: String(error.message ?? error) }),
    );
  }

  async #perform(name: string, deed: Deed): Promise<string | undefined> {
    const lease = this.#leases.get(name);
    if (!lease) throw new Error(`the lab has no server "${name}"`);
    const { server, shared } = lease;
    if (!shared) return server.perform(deed);
    const remedy = `write \`${name}: ${this.#lab.services[name]?.service}.own()\``;
    throw new Error(`the server ${name} is shared with other labs; ${remedy} to break it`);
  }

  #orHalted<Value>(work: Promise<Value>): Promise<Value> {
    work.catch(() => {}); // when the run is halted, what the trial says afterwards is lost
    return Promise.race([work, this.#halted.promise]);
  }
}

/** Performs all trials of a plan. An arm that fails ends the run and is named. */
export async function perform(stage: Stage, plan: Plan): Promise<Tried[]> {
  await stage.open();
  const tried: Tried[] = [];
  for (const turn of turns(plan.arms, plan.rounds, plan.warmUp)) {
    tried.push({ ...turn, judged: await naming(turn, stage.trial(turn, plan)) });
  }
  return tried;
}

/** Does the faults that come from outside, one after the other, until there are no more. */
export async function inject(stage: Stage, faults: AsyncIterable<Injected>): Promise<void> {
  for await (const fault of faults) await stage.injure(fault);
}

/** Names the arm and the round in what went wrong with the lab itself. */
async function naming(turn: Turn, trial: Promise<Judged>): Promise<Judged> {
  try {
    return await trial;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(`arm ${turn.arm}, round ${turn.round}: ${error.message}`);
  }
}
