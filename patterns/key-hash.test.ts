import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf } from "./key-hash.ts";

test("it begins as the SHA-1 of the example in FIPS 180", () => {
  assert.equal(hashOf("abc"), 0xa9993e36);
});

test("like keys are spread evenly", () => {
  const counts = [0, 0, 0, 0];
  for (let key = 0; key < 10_000; key++) counts[hashOf(`customer-${key}`) % 4]! += 1;
  for (const count of counts) assert.ok(Math.abs(count - 2_500) < 150, `${counts}`);
});
