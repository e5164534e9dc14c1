// Puts the trials of a run together: the matrix, the measures with their spread, the ratios, and
// where the matrix differs from what the lab declares.

import { compare, pairedRatio, type Spread, spread } from "#kit";
import type { Description } from "../contracts/description.ts";
import type { Difference, RatioFound, Verdict } from "../contracts/events.ts";
import { withoutAgain, YOURS } from "./describe.ts";
import type { Judged } from "./messages.ts";

/** One trial, as the judge sees it. Round 0 warms up: its verdicts count, its numbers do not. */
export interface Tried {
  readonly arm: string;
  readonly round: number;
  readonly judged: Judged;
}

/** What a run has shown, by claim or measure and then by arm. */
export interface Result {
  readonly verdicts: Record<string, Record<string, Verdict>>;
  readonly measures: Record<string, Record<string, Spread>>;
  readonly ratios: RatioFound[];
  readonly differences: Difference[];
}

/** Judges all trials of a run. */
export function judge(lab: Description, arms: readonly string[], trials: readonly Tried[]): Result {
  const found = new Found(trials);
  const result: Result = { verdicts: {}, measures: {}, ratios: [], differences: [] };
  for (const [claim, { brokenBy, ratio }] of Object.entries(lab.claims)) {
    const verdicts: Record<string, Verdict> = {};
    for (const arm of arms) {
      const rounds = ratio
        ? compared(found, claim, arm, ratio, result.ratios)
        : found.verdicts(arm, claim);
      verdicts[arm] = agreed(rounds);
      const declared = brokenBy.includes(withoutAgain(arm)) ? "broken" : "kept";
      if (arm !== YOURS && rounds.some((one) => one !== declared)) {
        result.differences.push({ arm, claim, declared, found: rounds });
      }
    }
    result.verdicts[claim] = verdicts;
  }
  for (const measure of Object.keys(lab.measures)) {
    result.measures[measure] = Object.fromEntries(
      arms.map((arm) => [arm, spread(found.measures(arm, measure))]),
    );
  }
  return result;
}

/** A claim of an arm that wavers from round to round is neither kept nor broken. */
function agreed(rounds: readonly Verdict[]): Verdict {
  const [first = "inconclusive"] = rounds;
  return rounds.every((one) => one === first) ? first : "inconclusive";
}

/** Decides a ratio claim over all rounds. The arm that the others are compared to keeps it. */
function compared(
  found: Found,
  claim: string,
  arm: string,
  ratio: NonNullable<Description["claims"][string]["ratio"]>,
  ratios: RatioFound[],
): Verdict[] {
  if (arm === ratio.to) return ["kept"];
  const ours = found.ratios(arm, claim);
  const theirs = found.ratios(ratio.to, claim);
  if (ours.length === 0 || ours.length !== theirs.length) return ["inconclusive"];
  const times = pairedRatio(ours, theirs);
  ratios.push({ claim, arm, median: times.median, low: times.low, high: times.high });
  const limit =
    ratio.atMost === undefined ? { atLeast: ratio.atLeast ?? 0 } : { atMost: ratio.atMost };
  return [compare(times, limit)];
}

/** The trials, to be asked by arm. Numbers come from counted rounds, or from the only one there is. */
class Found {
  readonly #all: readonly Tried[];
  readonly #counted: readonly Tried[];

  constructor(trials: readonly Tried[]) {
    this.#all = trials.toSorted((a, b) => a.round - b.round);
    const counted = this.#all.filter(({ round }) => round > 0);
    this.#counted = counted.length > 0 ? counted : this.#all;
  }

  verdicts(arm: string, claim: string): Verdict[] {
    return this.#all
      .filter((one) => one.arm === arm)
      .map(({ judged }) => (judged.verdicts[claim] ? "kept" : "broken"));
  }

  measures(arm: string, measure: string): number[] {
    return this.#of(arm).map(({ judged }) => judged.measures[measure] as number);
  }

  ratios(arm: string, claim: string): number[] {
    return this.#of(arm).map(({ judged }) => judged.ratios[claim] as number);
  }

  #of(arm: string): Tried[] {
    return this.#counted.filter((one) => one.arm === arm);
  }
}
