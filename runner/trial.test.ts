import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "#kit";
import { notPlain } from "./trial.ts";

test("plain JSON is plain", () => {
  const value = { a: [1, "b", null, { c: true }], d: {} };
  assert.equal(notPlain(value, "finding"), undefined);
});

test("what JSON would lose or change is named with its place", () => {
  const cases: [unknown, RegExp][] = [
    [{ at: new Date() }, /finding\.at is a Date/],
    [{ list: [1, undefined] }, /finding\.list\[1\] is a undefined/],
    [{ share: 0 / 0 }, /finding\.share is NaN/],
    [{ size: 10n }, /finding\.size is a bigint/],
    [{ keys: new Map() }, /finding\.keys is a Map/],
    [{ wait: Promise.resolve() }, /finding\.wait is a Promise/],
    [undefined, /finding is a undefined/],
  ];
  for (const [value, message] of cases) assert.match(notPlain(value, "finding") ?? "", message);
});

test("whatever is plain survives JSON unchanged, in 1,000 random values", () => {
  const random = new Random(11);
  const value = (depth: number): unknown => {
    const kind = random.integer(0, depth > 3 ? 4 : 6);
    if (kind === 0) return random.integer(-1e6, 1e6) / 7;
    if (kind === 1) return random.chance(0.5);
    if (kind === 2) return null;
    if (kind === 3) return String.fromCodePoint(random.integer(32, 0xd7ff));
    if (kind === 4) return random.pick([undefined, Number.NaN, new Date(0)]);
    const parts = Array.from({ length: random.integer(0, 3) }, () => value(depth + 1));
    return kind === 5 ? parts : Object.fromEntries(parts.map((part, index) => [`k${index}`, part]));
  };
  for (let turn = 0; turn < 1_000; turn++) {
    const some = value(0);
    if (notPlain(some, "x") === undefined) {
      assert.deepEqual(JSON.parse(JSON.stringify(some)), some);
    }
  }
});
