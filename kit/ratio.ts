// Two arms are compared round by round: what slows the machine down in one round slows both arms
// of that round, and cancels out of their ratio. Of the ratios the median counts, because a stall
// in one round must not decide, with an interval that says how much chance may have moved it.

import { Random } from "./random.ts";
import { mean, median, percentile } from "./statistics.ts";

/** How many times theirs ours is: the median over the rounds and its 95 % interval. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/** What a ratio has to keep to. */
export type Limit = { atMost: number } | { atLeast: number };

/** Whether a limit is kept; inconclusive, and never counted as kept, when chance may decide. */
export type Comparison = "kept" | "broken" | "inconclusive";

/**
 * Fewer rounds decide nothing: of five ratios that chance alone spreads around 1, all lie on one
 * side in 1 of 16 studies, which is more than the 5 % that a 95 % interval may be wrong.
 */
export const FEWEST_ROUNDS = 6;

const RESAMPLES = 2000;
const Z = 1.959964; // the 97.5th percentile of the normal distribution

/**
 * The ratio ours / theirs, where element i of both was measured in round i. A bootstrap of the
 * median, by the expanded percentile interval of Hesterberg, "What Teachers Should Know About the
 * Bootstrap" (The American Statistician 69, 2015): the plain percentile interval is too narrow for
 * few rounds. How often this one errs is shown by test/study/ratios.ts.
 * The same numbers and seed give the same interval. A RangeError when the rounds do not pair up
 * or a value is not a positive number: a round without a value has failed and cannot be compared.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[], seed = 1): Ratio {
  if (ours.length !== theirs.length || ours.length === 0) {
    throw new RangeError(`${ours.length} rounds of ours against ${theirs.length} of theirs`);
  }
  const ratios = ours.map((value, round) => positive(value) / positive(theirs[round]!));
  const medians = resampledMedians(ratios, new Random(seed));
  const tail = 100 * expandedTail(ratios.length);
  return {
    median: median(ratios),
    low: percentile(medians, tail),
    high: percentile(medians, 100 - tail),
    rounds: ratios.length,
  };
}

/** Judges a ratio: inconclusive when its interval straddles the limit or the rounds are too few. */
export function compare(ratio: Ratio, limit: Limit): Comparison {
  if (ratio.rounds < FEWEST_ROUNDS) return "inconclusive";
  const [kept, broken] =
    "atMost" in limit
      ? [ratio.high <= limit.atMost, ratio.low > limit.atMost]
      : [ratio.low >= limit.atLeast, ratio.high < limit.atLeast];
  return kept ? "kept" : broken ? "broken" : "inconclusive";
}

function resampledMedians(values: readonly number[], random: Random): number[] {
  const ordered = values.toSorted((a, b) => a - b);
  const last = ordered.length - 1;
  // Ranks are drawn instead of the values, because small integers sort several times as fast.
  const ranks = new Uint16Array(ordered.length);
  return Array.from({ length: RESAMPLES }, () => {
    for (const draw of ranks.keys()) ranks[draw] = random.integer(0, last);
    ranks.sort();
    const middle = [ranks[Math.floor(last / 2)]!, ranks[Math.ceil(last / 2)]!];
    return mean(middle.map((rank) => ordered[rank]!));
  });
}

function positive(value: number): number {
  if (value > 0 && value < Infinity) return value;
  throw new RangeError(`a ratio needs positive numbers, not ${value}`);
}

/** The share of the resampled medians to leave out at either end, instead of 2.5 %. */
function expandedTail(rounds: number): number {
  return normalBelow(-Math.sqrt(rounds / (rounds - 1)) * studentT(rounds - 1));
}

/** The 97.5th percentile of Student's t (Abramowitz and Stegun, 26.7.5; 0.1 % off at 5). */
function studentT(freedom: number): number {
  return (
    Z +
    (Z ** 3 + Z) / (4 * freedom) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * freedom ** 3)
  );
}

/** How likely a normal number is below x, for x <= 0 (Abramowitz and Stegun, 26.2.17). */
function normalBelow(x: number): number {
  const t = 1 / (1 - 0.2316419 * x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  return density * series.reduceRight((rest, factor) => t * (factor + rest), 0);
}
