// Writes what a run has shown beside its lab. The only writer of evidence.json.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Event } from "../contracts/events.ts";
import type { Evidence, Proof } from "../contracts/evidence.ts";
import { evidenceOf } from "./evidence.ts";
import type { House } from "./house.ts";
import { type Request, run } from "./run.ts";

/** A run that is no evidence, since it did not end as its lab declares. */
export class NotAsDeclared extends Error {}

/**
 * Records a finished run, and with it a traced trial of every arm where the lab has knobs for one.
 * Throws NotAsDeclared. What was recorded before is replaced whole or not at all.
 */
export async function record(
  request: Request,
  events: readonly Event[],
  house: House,
  proof?: Proof,
): Promise<Evidence> {
  const { id, file } = request;
  const end = events.at(-1);
  if (end?.kind !== "end" || end.outcome !== "as-declared") {
    throw new NotAsDeclared(`nothing recorded: ${id} did not end as it declares`);
  }
  const evidence = evidenceOf(id, file, events);
  const traces = evidence.lab.traced && (await tracesOf(request, house));
  const sweeps = evidence.lab.sweeps && (await sweepsOf(request, evidence.lab.sweeps, house));
  const whole: Evidence = { ...evidence, sweeps, traces, proof };
  write(join(dirname(file), "evidence.json"), whole);
  return whole;
}

async function tracesOf(request: Request, house: House): Promise<Evidence["traces"]> {
  const traces: NonNullable<Evidence["traces"]> = {};
  for await (const event of run({ ...request, traced: true }, house)) {
    if (event.kind === "trace") traces[event.arm] = event.trace;
  }
  return traces;
}

type Sweeps = NonNullable<Evidence["sweeps"]>;

/** Runs the lab at each value of each knob of its sweeps, as few rounds as can decide. */
async function sweepsOf(
  request: Request,
  wanted: Readonly<Record<string, readonly number[]>>,
  house: House,
): Promise<Sweeps> {
  const sweeps: Sweeps = {};
  for (const [knob, values] of Object.entries(wanted)) {
    sweeps[knob] = [];
    for (const value of values) {
      const there = { ...request, rounds: undefined, fewest: true, knobs: { [knob]: value } };
      sweeps[knob].push({ value, measures: await mediansOf(there, house) });
    }
  }
  return sweeps;
}

async function mediansOf(request: Request, house: House) {
  for await (const event of run(request, house)) {
    if (event.kind !== "end") continue;
    if (event.outcome === "failed") throw new NotAsDeclared(`nothing recorded: ${event.error}`);
    const medians = Object.entries(event.measures).map(([measure, byArm]) => {
      const arms = Object.entries(byArm).map(([arm, { median }]) => [arm, median]);
      return [measure, Object.fromEntries(arms)];
    });
    return Object.fromEntries(medians);
  }
}

function write(path: string, evidence: Evidence): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(evidence, undefined, 1)}\n`);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
