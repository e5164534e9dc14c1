import assert from "node:assert/strict";
import { test } from "node:test";
import * as statistics from "./statistics.ts";

type Statistics = typeof statistics;

// What the names promise, asked of the kit's own functions and of broken ones below.
function check({ sum, mean, median, percentile, spread }: Statistics): void {
  assert.equal(sum([]), 0);
  assert.equal(sum([3, -1, 2.5]), 4.5);
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(median([9, 1, 10]), 9); // by number, not by letter: "10" comes before "9"
  assert.equal(median([4, 1, 3, 2]), 2.5);

  // Hyndman and Fan's definition 7: the values numpy.percentile gives for these four.
  const four = [40, 15, 20, 35];
  assert.equal(percentile(four, 0), 15);
  assert.equal(percentile(four, 25), 18.75);
  assert.equal(percentile(four, 75), 36.25);
  assert.equal(percentile(four, 100), 40);
  assert.deepEqual(four, [40, 15, 20, 35]); // what was passed in is left as it was
  assert.equal(percentile([7], 99), 7);
  assert.equal(percentile([1, Infinity, Infinity], 90), Infinity);

  assert.deepEqual(spread([5, 1, 4, 2, 3]), { median: 3, low: 2, high: 4, n: 5 });

  assert.throws(() => mean([]), RangeError);
  for (const ordering of [median, spread, (values: number[]) => percentile(values, 50)]) {
    assert.throws(() => ordering([]), RangeError);
    assert.throws(() => ordering([1, Number.NaN, 2]), RangeError);
  }
  for (const percent of [-1, 101, Number.NaN]) {
    assert.throws(() => percentile([1, 2], percent), RangeError);
  }
}

test("sum, mean, median, percentile and spread are what their names say", () => {
  check(statistics);
});

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const { percentile } = statistics;

const broken: Record<string, Partial<Statistics>> = {
  "a percentile that rounds its rank down": {
    percentile: (values, percent) =>
      ascending(values)[Math.floor((percent / 100) * (values.length - 1))]!,
  },
  "a percentile by the nearest rank": {
    percentile: (values, percent) =>
      ascending(values)[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)]!,
  },
  "a percentile of values that were not sorted": {
    percentile: (values, percent) => values[Math.round((percent / 100) * (values.length - 1))]!,
  },
  "a percentile that sorts in place": {
    percentile: (values, percent) =>
      percentile(
        (values as number[]).sort((a, b) => a - b),
        percent,
      ),
  },
  "a percentile that takes 0.5, not 50, for the middle": {
    percentile: (values, percent) => percentile(values, percent / 100),
  },
  "a median of numbers sorted as text": {
    median: (values) => percentile([values.toSorted()[Math.floor(values.length / 2)]!], 50),
  },
  "a median that takes the upper of the two in the middle": {
    median: (values) => percentile([ascending(values)[Math.floor(values.length / 2)]!], 50),
  },
  "a mean that is 0 for an empty list": {
    mean: (values) => statistics.sum(values) / Math.max(1, values.length),
  },
  "a sum that leaves out the last value": { sum: (values) => statistics.sum(values.slice(0, -1)) },
  "a spread of the extremes": {
    spread: (values) => ({
      ...statistics.spread(values),
      low: Math.min(...values),
      high: Math.max(...values),
    }),
  },
};

for (const [bug, variant] of Object.entries(broken)) {
  test(`${bug} is found out`, () => {
    assert.throws(() => check({ ...statistics, ...variant }), assert.AssertionError);
  });
}
