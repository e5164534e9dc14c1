// The command `prove`.

import type { Deliverable } from "../../catalog/deliverable.ts";
import type { Event } from "../../contracts/events.ts";
import type { Evidence, Proof } from "../../contracts/evidence.ts";
import type { House } from "../../runner/house.ts";
import { prove } from "../../runner/prove.ts";
import { record } from "../../runner/record.ts";
import { run } from "../../runner/run.ts";
import { EXIT, Failure } from "../failure.ts";
import { stay } from "../house.ts";
import { paint } from "../view/style.ts";
import { findLabs } from "./find.ts";

export interface ProveOptions {
  all?: boolean;
  runs: number;
  record?: boolean;
}

/** Proves what the query names, one lab after the other, and sets the exit code. */
export async function proveCommand(query: string | undefined, options: ProveOptions) {
  if (!(Number.isInteger(options.runs) && options.runs > 1)) {
    throw new Failure("--runs takes a whole number above 1");
  }
  if (!query && !options.all) throw new Failure("prove what?", "npx pareto prove <lab>, or --all");
  const labs = findLabs(query ?? "labs/");
  const open = options.all ? labs.filter((lab) => !isProved(lab)) : labs;
  await using staying = await stay();
  let failed = 0;
  for (const lab of open) {
    if (staying.signal.aborted) break;
    if (!(await proveOne(lab, options, staying.house, staying.signal))) failed += 1;
  }
  if (open.length !== 1) {
    const passed = labs.length - open.length;
    console.log(`\n${open.length - failed} of ${open.length} proved, ${passed} had a proof`);
  }
  process.exitCode ||= failed > 0 ? EXIT.differs : EXIT.asDeclared;
}

function isProved({ recorded, evidence }: Deliverable): boolean {
  return !recorded.problem && evidence?.proof !== undefined;
}

async function proveOne(
  lab: Deliverable,
  options: ProveOptions,
  house: House,
  signal: AbortSignal,
) {
  const { id, file, source } = lab;
  if (!source)
    throw new Failure(`${id}: ${lab.parsed.problem?.text ?? "its source cannot be read"}`);
  const comparedTo = source.claims.flatMap(({ to }) => to ?? []);
  const lines = source.matters.map((line) => ({ ...line, comparedTo }));
  const theorem = { id, file, lines, runs: options.runs, signal };
  const { proof, objections } = await prove(theorem, house, (step) => tell(`${id}: ${step}`));
  tell("");
  if (signal.aborted) return false;
  const good = objections.length === 0;
  if (!good) {
    console.log(paint("red", `${id}: not proved`));
    for (const objection of objections) console.log(`  ${objection}`);
    return false;
  }
  const evidence = options.record ? await recordCalm(lab, proof, house, signal) : undefined;
  console.log(`${paint("green", id)}: ${label(proof, evidence)}`);
  return true;
}

/** Records one more run, calm and with all its rounds, and puts the proof into its evidence. */
async function recordCalm(
  { id, file }: Deliverable,
  proof: Proof,
  house: House,
  signal: AbortSignal,
): Promise<Evidence> {
  const events: Event[] = [];
  const request = { id, file, signal };
  for await (const event of run(request, house)) events.push(event);
  return record(request, events, house, proof);
}

function label(proof: Proof, evidence: Evidence | undefined): string {
  const { runs, loaded, mixed, seconds, megabytes, lines } = proof;
  const servers = Object.entries(evidence?.servers ?? {}).map((pair) => pair.join(" "));
  return [
    `${runs} runs (${loaded} under load) as declared`,
    `${mixed} mixed verdicts`,
    `${Object.keys(lines).length} lines that matter`,
    `${seconds} s and ${megabytes} MB at most`,
    ...servers,
  ].join(", ");
}

/** One changing line on a terminal; in a pipe only the results are printed. */
function tell(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${paint("dim", step, process.stderr)}`);
}
