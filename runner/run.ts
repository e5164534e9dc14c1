// A run, from finding the servers to stopping them: a stream of events.

import type { Emit, EndEvent, Event } from "../contracts/events.ts";
import { EVENTS_VERSION } from "../contracts/versions.ts";
import { measuresTime } from "./describe.ts";
import { MissingServer } from "./find.ts";
import type { House } from "./house.ts";
import { judge } from "./judge.ts";
import { LabHost } from "./lab-host.ts";
import { BadRequest, planOf } from "./plan.ts";
import { Queue } from "./queue.ts";
import { type Injected, inject, perform, Stage } from "./stage.ts";
import { copyOfYours } from "./yours.ts";

/** What to run, and how. */
export interface Request {
  readonly id: string;
  /** The lab's file. */
  readonly file: string;
  readonly knobs?: Readonly<Record<string, number>>;
  /** Only these arms. */
  readonly arms?: readonly string[];
  /** Counted rounds: by default 3, or 8 for a lab that measures time, after one that warms up. */
  readonly rounds?: number;
  /** As few rounds as can decide every claim: for proofs, which run a lab many times. */
  readonly fewest?: boolean;
  /** One round through links that record every message, at the lab's small knobs. */
  readonly traced?: boolean;
  /** A module whose default export is one more arm, called "yours". */
  readonly yours?: string;
  /** Faults from outside of the lab, as they come: for a reader who breaks something meanwhile. */
  readonly faults?: AsyncIterable<Injected>;
  readonly signal?: AbortSignal;
}

/**
 * Runs a lab and yields its events; the last one is `end`, and comes when everything has stopped.
 * Only a BadRequest is thrown: whatever else goes wrong is the outcome of the run, and in its end.
 * Who stops listening stops the run.
 */
export async function* run(request: Request, house: House): AsyncGenerator<Event> {
  const queue = new Queue<Event>();
  const began = performance.now();
  const emit: Emit = (event) =>
    queue.push({ ...event, at: Math.round((performance.now() - began) * 10) / 10 } as Event);
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(request.signal ? [request.signal] : [])]);
  const done = conduct(request, house, emit, signal).then(
    () => queue.close(),
    (error) => queue.fail(error),
  );
  try {
    yield* queue;
  } finally {
    left.abort();
    await done;
  }
}

type Outcome = Partial<EndEvent> & Pick<EndEvent, "outcome">;

async function conduct(request: Request, house: House, emit: Emit, signal: AbortSignal) {
  emit({ kind: "run", version: EVENTS_VERSION, id: request.id });
  const outcome = await attempt(request, house, emit, signal).catch((error) =>
    explain(error, signal),
  );
  const nothing = { verdicts: {}, measures: {}, ratios: [], differences: [], peakMegabytes: 0 };
  emit({ kind: "end", ...nothing, ...outcome });
}

async function attempt(
  request: Request,
  house: House,
  emit: Emit,
  signal: AbortSignal,
): Promise<Outcome> {
  using yours = request.yours ? copyOfYours(request.yours) : undefined;
  await using host = new LabHost(request.file, house.launcher, yours?.file);
  const lab = await host.describe();
  const plan = planOf(request, lab);
  emit({ kind: "plan", lab, ...plan });
  using _ = await house.gate.enter(measuresTime(lab));
  const lender = await house.lenderFor({ ...lab, id: request.id });
  await using stage = new Stage(host, lab, lender, emit, signal);
  if (request.faults) void inject(stage, request.faults);
  const trials = await perform(stage, plan);
  const result = judge(lab, plan.arms, trials);
  const { peakMegabytes } = stage;
  if (plan.turned) return { outcome: "observed", ...result, differences: [], peakMegabytes };
  const outcome = result.differences.length === 0 ? "as-declared" : "differs";
  return { outcome, ...result, peakMegabytes };
}

/** The outcome of a run that could not be finished. */
function explain(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof BadRequest) throw error;
  if (signal.aborted) return { outcome: "stopped" };
  const missing = error instanceof MissingServer ? error.service : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: "failed", error: message, missing };
}
