import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "./random.ts";
import { mean } from "./statistics.ts";

// The first four words and the ten-thousandth, from PractRand's generator compiled as C.
const REFERENCE: [seed: number, first: number[], tenThousandth: number][] = [
  [0, [1363572419, 145230303, 808754475, 4216505632], 651434080],
  [1, [2012149540, 1872316204, 1707632675, 1779833415], 995799382],
  [Number.MAX_SAFE_INTEGER, [3268402823, 2602357022, 3266425223, 182731693], 3611412620],
];

const words = (seed: number, count: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next() * 2 ** 32);
};

test("the words are those of sfc32", () => {
  for (const [seed, first, tenThousandth] of REFERENCE) {
    assert.deepEqual(words(seed, 4), first);
    assert.equal(words(seed, 10_000).at(-1), tenThousandth);
  }
});

test("the same seed gives the same stream, for 200 seeds, and another seed another", () => {
  const streams = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    assert.deepEqual(words(seed, 50), words(seed, 50));
    streams.add(words(seed, 50).join());
  }
  assert.equal(streams.size, 200);
});

test("an integer takes every value between its ends, and no other", () => {
  const random = new Random(1);
  const dice = Array.from({ length: 6000 }, () => random.integer(1, 6));
  for (const face of [1, 2, 3, 4, 5, 6]) {
    const share = dice.filter((die) => die === face).length / dice.length;
    assert.ok(Math.abs(share - 1 / 6) < 0.02, `${face} came up in ${share} of the throws`);
  }
  assert.deepEqual([...new Set(dice)].sort(), [1, 2, 3, 4, 5, 6]);
});

test("a shuffle keeps the items and gives every order about as often", () => {
  const random = new Random(1);
  const orders = new Map<string, number>();
  for (let turn = 0; turn < 6000; turn++) {
    const order = random.shuffle(["a", "b", "c"]).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...orders.keys()].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
  for (const [order, times] of orders) assert.ok(Math.abs(times - 1000) < 120, `${order} ${times}`);
});

test("exponential waits have the mean that was asked for, and a Poisson process's spread", () => {
  const random = new Random(1);
  const waits = Array.from({ length: 20_000 }, () => random.exponential(4));
  assert.ok(Math.abs(mean(waits) - 4) < 0.1);
  const longerThanMean = waits.filter((wait) => wait > 4).length / waits.length;
  assert.ok(Math.abs(longerThanMean - Math.exp(-1)) < 0.01);
});

test("chance comes true as often as it says", () => {
  const random = new Random(1);
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length;
  assert.ok(Math.abs(hits - 3000) < 150);
});

test("a seed that would not be kept whole and an empty list are refused", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => new Random(seed), RangeError);
  }
  assert.throws(() => new Random(1).pick([]), RangeError);
});
