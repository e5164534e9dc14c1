import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../clock.ts";
import { History } from "./recorder.ts";

test("a call is recorded with its times, its value and its result, in order of invocation", async () => {
  const clock = new VirtualClock();
  const history = new History(clock);
  const slow = history.record({ client: "a", kind: "write", key: "x", value: 5 }, async () => {
    await clock.sleep(30);
    return "OK";
  });
  await clock.advance(10);
  const quick = history.record({ client: "b", kind: "read", key: "x" }, async () => 4);
  await clock.advance(30);
  assert.deepEqual([await slow, await quick], ["OK", 4]);
  assert.deepEqual(history.operations, [
    { client: "a", kind: "write", key: "x", value: 5, invoked: 0, completed: 30, outcome: "ok" },
    { client: "b", kind: "read", key: "x", value: 4, invoked: 10, completed: 10, outcome: "ok" },
  ]);
});

test("a call that throws has an unknown outcome, and the caller gets its error", async () => {
  const history = new History(new VirtualClock());
  const call = history.record({ client: "a", kind: "write", key: "x", value: 5 }, () =>
    Promise.reject(new Error("the connection is gone")),
  );
  await assert.rejects(call, /the connection is gone/);
  assert.equal(history.operations[0]?.outcome, "unknown");
});

test("an operation learns its values when it ends, and is unknown until then", () => {
  const history = new History(new VirtualClock());
  const update = history.begin({ client: "a", kind: "update", key: "x" });
  assert.deepEqual(
    history.operations.map(({ outcome }) => outcome),
    ["unknown"],
  );
  update.ok({ from: 5, value: 6 });
  const times = { invoked: 0, completed: 0 };
  assert.deepEqual(history.operations, [
    { client: "a", kind: "update", key: "x", from: 5, value: 6, outcome: "ok", ...times },
  ]);
});

test("an operation ends once", () => {
  const write = new History().begin({ client: "a", kind: "write", key: "x", value: 1 });
  write.failed();
  assert.throws(() => write.ok(), /already ended/);
});
