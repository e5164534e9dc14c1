import assert from "node:assert/strict";
import { test } from "node:test";
import { mean } from "../statistics.ts";
import { arrivals } from "./arrivals.ts";

test("constant arrivals are evenly apart and do not drift", () => {
  const at = [...arrivals({ perSecond: 300, seconds: 2 })];
  assert.equal(at.length, 600);
  assert.deepEqual(at.slice(0, 2), [0, 1000 / 300]);
  assert.equal(at[300], 1000);
});

test("Poisson arrivals have the rate that was asked for, and the spread of random ones", () => {
  const at = [...arrivals({ perSecond: 500, seconds: 20, arrivals: "poisson" })];
  const gaps = at.slice(1).map((moment, index) => moment - at[index]!);
  assert.ok(Math.abs(at.length - 10_000) < 300, `${at.length} arrivals`);
  assert.ok(Math.abs(mean(gaps) - 2) < 0.1);
  const long = gaps.filter((gap) => gap > 2).length / gaps.length;
  assert.ok(Math.abs(long - Math.exp(-1)) < 0.02, `${long} of the gaps are longer than the mean`);
  assert.ok(at.every((moment) => moment > 0 && moment < 20_000));
});

test("the same seed gives the same arrivals, and another seed others", () => {
  const plan = { perSecond: 100, seconds: 1, arrivals: "poisson" } as const;
  const from = (seed: number) => [...arrivals({ ...plan, seed })];
  assert.deepEqual(from(1), [...arrivals(plan)]);
  assert.deepEqual(from(7), from(7));
  assert.notDeepEqual(from(7), from(8));
});
