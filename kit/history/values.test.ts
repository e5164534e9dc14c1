import assert from "node:assert/strict";
import { test } from "node:test";
import { lostUpdates } from "./effects.ts";
import type { Operation } from "./operation.ts";
import { nonMonotonicReads, staleReads } from "./reads.ts";

type Step = Pick<Operation, "kind" | "value"> & Partial<Operation>;

/** Operations of one client on one key, one after the other unless they state a time. */
const inTurn = (...steps: Step[]) =>
  steps.map((step, turn): Operation => {
    const times = { invoked: 2 * turn, completed: 2 * turn + 1 };
    return { client: "c", key: "x", outcome: "ok", ...times, ...step };
  });

const sentences = (violations: readonly { sentence: string }[]) =>
  violations.map(({ sentence }) => sentence);

test("an old value is stale even if somebody failed to write it again", () => {
  const history = inTurn(
    { kind: "write", value: "old" },
    { kind: "write", value: "new" },
    { kind: "write", value: "old", outcome: "failed" },
    { kind: "read", value: "old" },
  );
  assert.deepEqual(sentences(staleReads(history)), ["c read old from x after c wrote new to x."]);
});

test("an old value is not stale if somebody perhaps wrote it again", () => {
  const history = inTurn(
    { kind: "write", value: "old" },
    { kind: "write", value: "new" },
    { kind: "write", value: "old", outcome: "unknown" },
    { kind: "read", value: "old" },
  );
  assert.deepEqual(staleReads(history), []);
});

test("of two values written at the same time neither is the newer one", () => {
  const history = inTurn(
    { kind: "write", value: 1, invoked: 0, completed: 10 },
    { kind: "write", value: 2, invoked: 5, completed: 15 },
    { kind: "read", value: 2, invoked: 20, completed: 21 },
    { kind: "read", value: 1, invoked: 22, completed: 23 },
  );
  assert.deepEqual([...staleReads(history), ...nonMonotonicReads(history)], []);
});

test("a read that goes back is one client's own; two clients may differ", () => {
  const written = inTurn(
    { kind: "write", value: 1 },
    { kind: "write", value: 2, completed: 9 },
    { kind: "read", value: 2 },
    { kind: "read", value: 1 },
  );
  assert.deepEqual(sentences(nonMonotonicReads(written)), [
    "c read 1 from x after c read 2 from x, which is newer.",
  ]);
  const other = { ...written.at(-1)!, client: "d" };
  assert.deepEqual(nonMonotonicReads([...written.slice(0, -1), other]), []);
});

test("a value that comes back may be updated as often as it was there", () => {
  const history = inTurn(
    { kind: "update", from: 0, value: 1 },
    { kind: "update", from: 1, value: 0 },
    { kind: "update", from: 0, value: 1 },
  );
  assert.deepEqual(lostUpdates(history, 0), []);
  const once = inTurn({ kind: "update", from: 0, value: 1 }, { kind: "update", from: 0, value: 2 });
  assert.deepEqual(sentences(lostUpdates(once, 0)), [
    "c changed x from 0 to 1, c changed x from 0 to 2, but 0 was there only once: a change is lost.",
  ]);
});

test("an update that perhaps took place brings its value about, but loses nothing for sure", () => {
  const perhaps = inTurn(
    { kind: "update", from: 0, value: 1, outcome: "unknown" },
    { kind: "update", from: 0, value: 2 },
    { kind: "update", from: 2, value: 0, outcome: "unknown" },
    { kind: "update", from: 0, value: 3 },
  );
  assert.deepEqual(lostUpdates(perhaps, 0), []);
});
