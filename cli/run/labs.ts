// The command `run`: one lab with its matrix, or many side by side with a summary.

import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { EndEvent, Event, PlanEvent } from "../../contracts/events.ts";
import { NotAsDeclared, record } from "../../runner/record.ts";
import { type Request, run } from "../../runner/run.ts";
import { EXIT, Failure } from "../failure.ts";
import { type Stay, stay } from "../house.ts";
import { Live } from "../view/live.ts";
import { summary } from "../view/summary.ts";
import { verdictOf } from "../view/verdict.ts";
import { runAgainstItself } from "./against-itself.ts";
import { findLabs } from "./find.ts";
import { parseKnobs } from "./knobs.ts";
import { saves } from "./saves.ts";

export interface RunOptions {
  arm?: string[];
  rounds?: number;
  fewest?: boolean;
  record?: boolean;
  json?: boolean;
  trace?: boolean;
  aa?: string;
  yours?: string;
  watch?: boolean;
  attached?: boolean;
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
  const labs = findLabs(query);
  const request = requestOf(knobs, options, labs.length);
  await using open = await stay({ attached: options.attached });
  const runLab = async ({ id, file }: Named) => {
    const label = labs.length > 1 ? id : "";
    const ran = await runOne({ ...request, id, file, signal: open.signal }, open, label, options);
    if (options.record) await keep(ran, open);
    return ran;
  };
  const [lab] = labs;
  if (lab && labs.length === 1) {
    if (options.aa) {
      const named = { ...request, id: lab.id, file: lab.file, signal: open.signal };
      process.exitCode = await runAgainstItself(named, options.aa, open);
      return;
    }
    const code = show(await runLab(lab), options);
    process.exitCode ||= code; // a signal has set it already
    if (!request.yours || !options.watch) return;
    for await (const _ of saves(request.yours, open.signal)) show(await runLab(lab), options);
    return;
  }
  const all = await sideBySide(labs, availableParallelism(), runLab);
  if (!options.json) console.log(summary(all).join("\n"));
  process.exitCode ||= Math.max(...all.map(exitCodeOf));
}

/** Records the run, or fails with the exit code of one that differs. */
async function keep({ id, file, events }: Ran, { house, signal }: Stay): Promise<void> {
  try {
    await record({ id, file, signal }, events, house);
  } catch (error) {
    if (!(error instanceof NotAsDeclared)) throw error;
    throw new Failure(error.message, `npx pareto run ${id}`, EXIT.differs);
  }
}

type Named = Pick<Request, "id" | "file">;

/** What the words and options ask of each lab. Throws a Failure for what no lab could do. */
function requestOf(
  knobs: string[],
  options: RunOptions,
  labs: number,
): Omit<Request, "id" | "file"> {
  const { rounds, fewest, arm: arms, yours, trace: traced } = options;
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0 && rounds <= 1_000)) {
    throw new Failure("--rounds takes a whole number from 1 to 1000");
  }
  if (labs > 1 && (yours || knobs.length > 0 || arms)) {
    throw new Failure("knobs, --arm and --yours go with one lab");
  }
  if (options.record && (yours || knobs.length > 0 || arms)) {
    throw new Failure("--record takes a lab as it is: without knobs, --arm and --yours");
  }
  return { knobs: parseKnobs(knobs), arms, rounds, fewest, traced, yours: yours && resolve(yours) };
}

/** Prints one lab's result and returns its exit code. */
function show(ran: Ran, { json }: RunOptions): number {
  if (!json) console.log(verdictOf(ran).join("\n"));
  return exitCodeOf(ran);
}

async function runOne(
  request: Request,
  { house }: Stay,
  label: string,
  { json }: RunOptions,
): Promise<Ran> {
  const live = new Live(label);
  const events: Event[] = [];
  for await (const event of run(request, house)) {
    events.push(event);
    if (json) process.stdout.write(`${JSON.stringify({ id: request.id, ...event })}\n`);
    else live.show(event);
  }
  live.clear();
  const plan = events.find((event) => event.kind === "plan");
  return { id: request.id, file: request.file, plan, end: events.at(-1) as EndEvent, events };
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
