// A run, from finding the servers to stopping them: a stream of events.

import { type Emit, type EndEvent, EVENTS_VERSION, type Event } from "../contracts/events.ts";
import { MissingServer } from "./find.ts";
import { judge } from "./judge.ts";
import { LabHost } from "./lab-host.ts";
import type { Launcher } from "./launch.ts";
import { BadRequest, planOf } from "./plan.ts";
import type { Pool } from "./pool.ts";
import { Queue } from "./queue.ts";
import { perform, Stage } from "./stage.ts";

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
  readonly signal?: AbortSignal;
}

/** Where runs happen: one launcher, and the servers that its runs share. */
export interface House {
  readonly launcher: Launcher;
  readonly pool: Pool;
}

/**
 * Runs a lab and yields its events; the last one is always `end`. Only a BadRequest is thrown:
 * whatever else goes wrong is the outcome of the run, and in its `end`.
 */
export async function* run(request: Request, house: House): AsyncGenerator<Event> {
  const queue = new Queue<Event>();
  const began = performance.now();
  const emit: Emit = (event) =>
    queue.push({ ...event, at: Math.round((performance.now() - began) * 10) / 10 } as Event);
  const done = conduct(request, house, emit).then(
    () => queue.close(),
    (error) => queue.fail(error),
  );
  yield* queue;
  await done;
}

async function conduct(request: Request, house: House, emit: Emit): Promise<void> {
  const end = (rest: Partial<EndEvent> & Pick<EndEvent, "outcome">) =>
    emit({
      kind: "end",
      ...{ verdicts: {}, measures: {}, ratios: [], differences: [], peakMegabytes: 0 },
      ...rest,
    });
  try {
    emit({ kind: "run", version: EVENTS_VERSION, id: request.id });
    await using host = new LabHost(request.file, house.launcher);
    const lab = await host.describe();
    const plan = planOf(request, lab);
    emit({ kind: "plan", lab, ...plan });
    await using stage = new Stage(host, lab, house.pool, emit, request.signal);
    const trials = await perform(stage, plan);
    const result = judge(lab, plan.arms, trials);
    const declared = result.differences.length === 0 ? "as-declared" : "differs";
    end({
      outcome: plan.turned ? "observed" : declared,
      ...result,
      differences: plan.turned ? [] : result.differences,
      peakMegabytes: stage.peakMegabytes,
    });
  } catch (error) {
    if (error instanceof BadRequest) throw error;
    if (request.signal?.aborted) return end({ outcome: "stopped" });
    const missing = error instanceof MissingServer ? error.service : undefined;
    end({
      outcome: "failed",
      error: error instanceof Error ? error.message : String(error),
      missing,
    });
  }
}
