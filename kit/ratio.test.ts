import assert from "node:assert/strict";
import { test } from "node:test";
import { type Comparison, compare, FEWEST_ROUNDS, type Limit, pairedRatio } from "./ratio.ts";
import { mean, median, percentile } from "./statistics.ts";

// Where a sign test puts the 95 % interval of a median, counted from either end of the ordered
// values (Conover, "Practical Nonparametric Statistics", table of the binomial distribution).
const SIGN_TEST = [
  { rounds: 7, fromTheEnd: 1 },
  { rounds: 9, fromTheEnd: 2 },
  { rounds: 15, fromTheEnd: 4 },
];

const ones = (rounds: number) => Array<number>(rounds).fill(1);

/** 1 up to `rounds`, in no order: the ratio that is k-th from the end is easily told. */
const scattered = (rounds: number) =>
  Array.from({ length: rounds }, (_, round) => ((round * 4) % rounds) + 1);

// What a paired ratio promises, asked of the kit's own function and of broken ones below.
function check(ratioOf: typeof pairedRatio): void {
  // The machine grows up to a thousand times slower, and ours stays twice theirs in every round.
  const theirs = [1, 10, 100, 1000, 3, 30, 300];
  const doubled = theirs.map((time) => 2 * time);
  assert.deepEqual(ratioOf(doubled, theirs), { median: 2, low: 2, high: 2, rounds: 7 });
  assert.equal(ratioOf([1, 2, 4], [4, 1, 2]).median, 2);

  for (const { rounds, fromTheEnd } of SIGN_TEST) {
    const ratio = ratioOf(scattered(rounds), ones(rounds));
    assert.equal(ratio.median, (rounds + 1) / 2);
    assert.equal(ratio.low, fromTheEnd);
    assert.equal(ratio.high, rounds + 1 - fromTheEnd);
  }

  // One stall decides nothing, and every round counts, the first and the last like any other.
  assert.equal(ratioOf([1, 1, 1, 1, 1, 1, 500], ones(7)).median, 1);
  assert.equal(ratioOf([9, 1, 9, 1, 9, 1, 9], ones(7)).median, 9);
  assert.equal(ratioOf([1, 1, 9, 9], ones(4)).median, 5);

  const twenty = Array.from({ length: 20 }, (_, round) => 1.1 ** round);
  const results = Array.from({ length: 20 }, () => JSON.stringify(ratioOf(twenty, ones(20), 7)));
  assert.equal(new Set(results).size, 1);
  assert.throws(() => ratioOf([], []), RangeError);
  assert.throws(() => ratioOf([1, 2, 3], [1, 2]), RangeError);
  for (const failed of [0, -1, Number.NaN, Infinity]) {
    assert.throws(() => ratioOf([1, failed], [1, 1]), RangeError);
    assert.throws(() => ratioOf([1, 1], [1, failed]), RangeError);
  }
}

test("a paired ratio is the median of the rounds, with the interval that a sign test gives", () => {
  check(pairedRatio);
});

/** The kit's ratio of other rounds than those that were measured. */
const of = (change: (rounds: readonly number[]) => number[]): typeof pairedRatio => {
  return (ours, theirs, seed) => pairedRatio(change(ours), change(theirs), seed);
};

/** The kit's ratio, with a part of the result put wrongly. */
const but = (
  wrong: (ratios: number[], ours: readonly number[], theirs: readonly number[]) => object,
): typeof pairedRatio => {
  return (ours, theirs, seed) => {
    const ratios = ours.map((value, round) => value / theirs[round]!);
    return { ...pairedRatio(ours, theirs, seed), ...wrong(ratios, ours, theirs) };
  };
};

let calls = 0;

const broken: Record<string, typeof pairedRatio> = {
  "a ratio of the two medians, unpaired": but((_, ours, theirs) => {
    const ratio = median(ours) / median(theirs);
    return { median: ratio, low: 0.9 * ratio, high: 1.1 * ratio };
  }),
  "a ratio of rounds that were sorted apart": of((rounds) => rounds.toSorted()),
  "a ratio paired with the round before": (ours, theirs, seed) =>
    pairedRatio(ours, [...theirs.slice(1), theirs[0]!], seed),
  "a ratio upside down": (ours, theirs, seed) => pairedRatio(theirs, ours, seed),
  "a first round dropped as warm-up": of((rounds) => rounds.slice(1)),
  "a last round dropped": of((rounds) => rounds.slice(0, -1)),
  "a slowest round dropped as an outlier": (ours, theirs, seed) => {
    const slowest = ours.indexOf(Math.max(...ours));
    return pairedRatio(ours.toSpliced(slowest, 1), theirs.toSpliced(slowest, 1), seed);
  },
  "a longer arm cut to the shorter": (ours, theirs, seed) => {
    const rounds = Math.min(ours.length, theirs.length);
    return pairedRatio(ours.slice(0, rounds), theirs.slice(0, rounds), seed);
  },
  "a failed round counted as one": (ours, theirs, seed) => {
    const mended = (rounds: readonly number[]) => rounds.map((value) => (value > 0 ? value : 1));
    return pairedRatio(mended(ours), mended(theirs), seed);
  },
  "a mean instead of the median": but((ratios) => ({ median: mean(ratios) })),
  "an interval of the middle half": but((ratios) => ({
    low: percentile(ratios, 25),
    high: percentile(ratios, 75),
  })),
  "an interval from the least to the greatest": but((ratios) => ({
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  })),
  "an interval that leaves out 5 % at either end": but((ratios) => ({
    low: percentile(ratios, 5),
    high: percentile(ratios, 95),
  })),
  "an interval of another seed each time": (ours, theirs) => pairedRatio(ours, theirs, calls++),
};

for (const [bug, variant] of Object.entries(broken)) {
  test(`${bug} is found out`, () => {
    assert.throws(() => check(variant), assert.AssertionError);
  });
}

// What a comparison promises, asked of the kit's own function and of broken ones below.
function checkVerdicts(judge: typeof compare): void {
  const [low, high, rounds] = [1.1, 1.3, FEWEST_ROUNDS];
  const verdicts: [Limit, Comparison][] = [
    [{ atMost: 1.4 }, "kept"],
    [{ atMost: 1.3 }, "kept"],
    [{ atMost: 1.2 }, "inconclusive"],
    [{ atMost: 1.1 }, "inconclusive"],
    [{ atMost: 1.0 }, "broken"],
    [{ atLeast: 1.0 }, "kept"],
    [{ atLeast: 1.1 }, "kept"],
    [{ atLeast: 1.2 }, "inconclusive"],
    [{ atLeast: 1.3 }, "inconclusive"],
    [{ atLeast: 1.4 }, "broken"],
  ];
  for (const [limit, verdict] of verdicts) {
    assert.equal(judge({ median: 1.2, low, high, rounds }, limit), verdict, JSON.stringify(limit));
    const fewer = judge({ median: 1.2, low, high, rounds: rounds - 1 }, limit);
    assert.equal(fewer, "inconclusive", "too few rounds");
  }
}

test("a limit inside the interval, or too few rounds, decide nothing", () => {
  checkVerdicts(compare);
});

const brokenVerdicts: Record<string, typeof compare> = {
  "a verdict over too few rounds": (ratio, limit) =>
    compare({ ...ratio, rounds: FEWEST_ROUNDS }, limit),
  "a verdict by the median alone": (ratio, limit) =>
    compare({ ...ratio, low: ratio.median, high: ratio.median }, limit),
  "an inconclusive comparison counted as kept": (ratio, limit) =>
    compare(ratio, limit) === "broken" ? "broken" : "kept",
  "a verdict that takes every limit for the most": (ratio, limit) =>
    compare(ratio, { atMost: "atMost" in limit ? limit.atMost : limit.atLeast }),
};

for (const [bug, variant] of Object.entries(brokenVerdicts)) {
  test(`${bug} is found out`, () => {
    assert.throws(() => checkVerdicts(variant), assert.AssertionError);
  });
}
