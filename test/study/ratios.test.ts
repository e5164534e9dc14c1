import assert from "node:assert/strict";
import { test } from "node:test";
import { reportedAsDifferent } from "./ratios.ts";

test("of equal arms at most 5 % are called different, and a ratio of 1.2 is mostly found", () => {
  const rounds = 12;
  assert.ok(reportedAsDifferent(1, rounds, 500) <= 0.05);
  assert.ok(reportedAsDifferent(1.2, rounds, 200) > 0.7);
});

test("fewer rounds than a verdict takes never call anything different", () => {
  assert.equal(reportedAsDifferent(5, 4, 50), 0);
});
