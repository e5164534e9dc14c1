// The command `run`: one lab with its matrix, or many side by side with a summary.

import { availableParallelism } from "node:os";
import type { EndEvent, Event, PlanEvent } from "../../contracts/events.ts";
import { evidenceOf, writeEvidence } from "../../runner/record.ts";
import { type Request, run } from "../../runner/run.ts";
import { EXIT, Failure } from "../failure.ts";
import { type Stay, stay } from "../house.ts";
import { Live } from "../view/live.ts";
import { summary } from "../view/summary.ts";
import { verdictOf } from "../view/verdict.ts";
import { findLabs } from "./find.ts";
import { parseKnobs } from "./knobs.ts";

export interface RunOptions {
  arm?: string[];
  rounds?: number;
  record?: boolean;
  json?: boolean;
}

/** A lab that has run. */
export interface Ran {
  readonly id: string;
  readonly file: string;
  readonly plan: PlanEvent | undefined;
  readonly end: EndEvent;
  readonly events: readonly Event[];
}

/** Runs what the query names and sets the exit code. */
export async function runCommand(query: string, knobs: string[], options: RunOptions) {
  const { arm: arms, rounds, json } = options;
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0 && rounds <= 1_000)) {
    throw new Failure(`--rounds takes a whole number from 1 to 1000`);
  }
  const labs = findLabs(query);
  const turned = parseKnobs(knobs);
  await using open = await stay();
  const many = labs.length > 1;
  const one = async ({ id, file }: { id: string; file: string }) => {
    const request = { id, file, knobs: turned, arms, rounds, signal: open.signal };
    const ran = await runOne(request, open, json ? printEvent : undefined, many ? id : "");
    if (options.record) record(ran);
    if (!json && !many) console.log(verdictOf(ran).join("\n"));
    return ran;
  };
  const all = await sideBySide(labs, many ? availableParallelism() : 1, one);
  if (many && !json) console.log(summary(all).join("\n"));
  process.exitCode ||= Math.max(...all.map(exitCodeOf));
}

async function runOne(
  request: Request,
  { house }: Stay,
  hear: ((event: Event) => void) | undefined,
  label: string,
): Promise<Ran> {
  const live = new Live(label);
  const events: Event[] = [];
  for await (const event of run(request, house)) {
    events.push(event);
    if (hear) hear(event);
    else live.show(event);
  }
  live.clear();
  const plan = events.find((event) => event.kind === "plan");
  return { id: request.id, file: request.file, plan, end: events.at(-1) as EndEvent, events };
}

function record({ id, file, end, events }: Ran): void {
  if (end.outcome !== "as-declared") {
    throw new Failure(
      `nothing recorded: ${id} ended as "${end.outcome}", and only a run as declared is evidence`,
      undefined,
      EXIT.differs,
    );
  }
  writeEvidence(file, evidenceOf(id, file, events));
}

function printEvent(event: Event): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** The exit code of one lab. A run that was stopped has set it already. */
function exitCodeOf({ end }: Ran): number {
  if (end.outcome === "as-declared" || end.outcome === "observed") return EXIT.asDeclared;
  return end.missing ? EXIT.missingServer : EXIT.differs;
}

/** Does a job for every item, so many at a time, and returns the results in the items' order. */
async function sideBySide<Item, Result>(
  items: readonly Item[],
  width: number,
  job: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await job(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
