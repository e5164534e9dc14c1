// The proof of a lab: many runs without a mixed verdict, half of them under full load, and every
// line that matters deleted, to see exactly its claims fall.

import type { EndEvent, Event, Verdict } from "../contracts/events.ts";
import type { Proof } from "../contracts/evidence.ts";
import type { House } from "./house.ts";
import { CpuLoad } from "./load.ts";
import { type Request, run } from "./run.ts";
import { withoutLine } from "./without-line.ts";

/** What a lab may cost: a check stays in seconds. */
export const BUDGET = { seconds: 30, megabytes: 4_096 };

/** A line to delete, and what its deletion must break. */
export interface Line {
  readonly file: string;
  readonly line: number;
  readonly claims: readonly string[];
  /** The arms whose code it is; all arms, when none are named. */
  readonly arms: readonly string[];
  /** The arms that ratio claims compare with; they run too, or nothing could be compared. */
  readonly comparedTo: readonly string[];
}

/** What is to be proved. */
export interface Theorem extends Request {
  readonly runs: number;
  readonly lines: readonly Line[];
}

/** A proof, or the reasons why there is none. */
export interface Proved {
  readonly proof: Proof;
  readonly objections: readonly string[];
}

/** Proves a lab; `tell` hears of each step. Throws BadRequest as `run` does. */
export async function prove(
  theorem: Theorem,
  house: House,
  tell: (step: string) => void,
): Promise<Proved> {
  const objections: string[] = [];
  const ends = await runOften(theorem, house, tell, objections);
  const mixed = mixedVerdicts(ends);
  for (const name of mixed) objections.push(`the verdict on ${name} was not the same in all runs`);
  const seconds = Math.max(0, ...ends.map(({ at }) => at / 1_000));
  const megabytes = Math.max(0, ...ends.map(({ peakMegabytes }) => peakMegabytes));
  if (seconds > BUDGET.seconds) objections.push(`a run took ${seconds.toFixed(1)} s`);
  if (megabytes > BUDGET.megabytes) objections.push(`a run took ${megabytes} MB`);
  const lines: Record<string, string[]> = {};
  const first = ends[0];
  if (first && objections.length === 0) {
    for (const line of theorem.lines) {
      tell(`without line ${line.line}`);
      const fallen = await fallenWithout(line, theorem, first, house);
      lines[`${line.line}`] = fallen.broken;
      objections.push(...fallen.objections);
    }
  }
  const loaded = Math.max(0, ends.length - Math.ceil(theorem.runs / 2));
  const label = { runs: ends.length, loaded, mixed: mixed.length, lines };
  return { proof: { ...label, seconds: Math.round(seconds * 10) / 10, megabytes }, objections };
}

/** Runs the lab again and again, the second half under load, until one run is not as declared. */
async function runOften(
  theorem: Theorem,
  house: House,
  tell: (step: string) => void,
  objections: string[],
): Promise<EndEvent[]> {
  const ends: EndEvent[] = [];
  const calm = Math.ceil(theorem.runs / 2);
  await using stack = new AsyncDisposableStack();
  for (let count = 1; count <= theorem.runs; count++) {
    const isLoaded = count > calm;
    if (count === calm + 1) stack.use(new CpuLoad(house.launcher));
    tell(`run ${count} of ${theorem.runs}${isLoaded ? ", under load" : ""}`);
    const end = await endOf(theorem, house);
    ends.push(end);
    if (end.outcome === "as-declared") continue;
    objections.push(`run ${count}${isLoaded ? ", under load," : ""} ${complaint(end)}`);
    break;
  }
  return ends;
}

function complaint({ outcome, error, differences }: EndEvent): string {
  const [first] = differences;
  if (outcome !== "differs" || !first) return `${outcome}: ${error ?? ""}`;
  const { arm, claim, declared, found } = first;
  return `differs: "${claim}" of ${arm} is declared ${declared} and was ${found.join(", ")}`;
}

/** The claims and arms whose verdict was not the same in all runs. */
function mixedVerdicts(ends: readonly EndEvent[]): string[] {
  const seen = new Map<string, Set<Verdict>>();
  for (const { verdicts } of ends) {
    for (const [claim, byArm] of Object.entries(verdicts)) {
      for (const [arm, verdict] of Object.entries(byArm)) {
        const name = `"${claim}" of ${arm}`;
        seen.set(name, (seen.get(name) ?? new Set()).add(verdict));
      }
    }
  }
  return [...seen].filter(([, verdicts]) => verdicts.size > 1).map(([name]) => name);
}

/** Runs the lab without the line. Of the claims that its arms keep, exactly the named ones must fall. */
async function fallenWithout(line: Line, theorem: Theorem, whole: EndEvent, house: House) {
  using copy = withoutLine(theorem.file, line.file, line.line);
  const arms =
    line.arms.length > 0 ? line.arms : Object.keys(Object.values(whole.verdicts)[0] ?? {});
  const compared = line.comparedTo.filter((arm) => !arms.includes(arm));
  const request = { ...theorem, file: copy.file, arms: [...arms, ...compared] };
  const end = await endOf(request, house);
  const where = `line ${line.line}`;
  if (end.error) {
    return { broken: [], objections: [`without ${where} the lab fails: ${end.error}`] };
  }
  const broken = new Set<string>();
  const objections: string[] = [];
  for (const [claim, byArm] of Object.entries(end.verdicts)) {
    for (const [arm, verdict] of Object.entries(byArm)) {
      if (!arms.includes(arm) || whole.verdicts[claim]?.[arm] !== "kept") continue;
      if (verdict !== "kept") broken.add(claim);
      if ((verdict !== "kept") !== line.claims.includes(claim)) {
        objections.push(`without ${where}, "${claim}" of ${arm} is ${verdict}`);
      }
    }
  }
  if (broken.size === 0) objections.push(`without ${where} nothing falls`);
  return { broken: [...broken], objections };
}

async function endOf(request: Request, house: House): Promise<EndEvent> {
  let last: Event | undefined;
  for await (const event of run({ ...request, fewest: true }, house)) last = event;
  return last as EndEvent;
}
