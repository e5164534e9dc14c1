import assert from "node:assert/strict";
import { test } from "node:test";
import { parting } from "./parting.ts";
import { traceOf } from "./traces.ts";

const naive = traceOf(["alice > GET a @ 1", 'alice < "7" @ 2', "alice > SET a 8 @ 3"]);

test("two traces part where the first message differs, whatever its time", () => {
  const atomic = traceOf(["alice > GET a @ 10", 'alice < "7" @ 20', "alice > INCR a @ 30"]);
  assert.deepEqual(parting(naive, atomic), { one: 2, other: 2 });
});

test("connection set-up does not count, but the places are those of the whole trace", () => {
  const later = traceOf(["alice > HELLO 3 @ 0", "alice > GET a @ 1", "bob > GET a @ 2"]);
  later.messages[0]!.setup = true;
  assert.deepEqual(parting(naive, later), { one: 1, other: 2 });
});

test("where one trace ends first, its place is its last message", () => {
  const shorter = traceOf(["alice > GET a @ 1", 'alice < "7" @ 2']);
  assert.deepEqual(parting(naive, shorter), { one: 2, other: 1 });
});

test("equal traces do not part", () => {
  assert.equal(parting(naive, naive), undefined);
});
