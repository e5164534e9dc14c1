import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeTraces } from "./merge.ts";
import { traceOf } from "./spacetime/traces.ts";

test("traces that began at different times are put on one clock", () => {
  const early = { ...traceOf(["alice > GET a @ 1", "alice < 7 @ 8"]), startedAt: 1_000 };
  const late = {
    ...traceOf(["bob > GET a @ 1..3", "bob < 7 @ 4..never"], [{ at: 2, label: "cut" }]),
    startedAt: 1_005,
    beyond: 3,
  };
  const { startedAt, messages, marks, beyond } = mergeTraces(late, early);
  assert.equal(startedAt, 1_000);
  assert.deepEqual(
    messages.map(({ connection, at, arrivedAt }) => [connection, at, arrivedAt]),
    [
      ["alice", 1, 1.01],
      ["bob", 6, 8],
      ["alice", 8, 8.01],
      ["bob", 9, null],
    ],
  );
  assert.equal(marks[0]?.at, 7);
  assert.equal(beyond, 3);
});
