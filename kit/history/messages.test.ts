import assert from "node:assert/strict";
import { test } from "node:test";
import { duplicateMessages, lostMessages, overtakenMessages } from "./messages.ts";
import type { Kind, Operation, Outcome, Value } from "./operation.ts";

/** Operations one after the other, each of them [kind, message] or [kind, message, outcome]. */
const inTurn = (...steps: [Kind, Value, Outcome?][]) =>
  steps.map(([kind, value, outcome = "ok"], turn): Operation => {
    const times = { invoked: 2 * turn, completed: 2 * turn + 1 };
    return { client: kind, kind, key: "q", value, outcome, ...times };
  });

test("only a message whose send was acknowledged can be lost", () => {
  const refused = inTurn(["send", "a", "failed"], ["send", "b", "unknown"]);
  assert.deepEqual(lostMessages(refused), []);
});

test("a message that a consumer took and crashed over is perhaps not lost, nor there twice", () => {
  const crashed = inTurn(["send", "a"], ["receive", "a", "unknown"], ["receive", "a"]);
  assert.deepEqual(lostMessages(crashed.slice(0, 2)), []);
  assert.deepEqual(duplicateMessages(crashed), []);
});

test("a message that was refused by its consumer and never came again is lost", () => {
  const [violation] = lostMessages(inTurn(["send", "a"], ["receive", "a", "failed"]));
  assert.equal(violation?.sentence, "send sent a to q, and nobody received it.");
});

test("a message sent again for want of an answer and received twice is a duplicate", () => {
  const again = inTurn(["send", "a", "unknown"], ["send", "a"], ["receive", "a"], ["receive", "a"]);
  assert.deepEqual(
    duplicateMessages(again).map(({ sentence }) => sentence),
    ["receive received a from q after receive received a from q."],
  );
});

test("a redelivery that comes late overtakes nothing", () => {
  const late = inTurn(["send", "a"], ["send", "b"], ["receive", "a"], ["receive", "b"]);
  assert.deepEqual(overtakenMessages([...late, ...moved(late[2]!, 20)]), []);
});

test("messages of two keys, or sent at the same time, have no order", () => {
  const [a, b, first, second] = inTurn(
    ["send", "a"],
    ["send", "b"],
    ["receive", "b"],
    ["receive", "a"],
  ) as [Operation, Operation, Operation, Operation];
  assert.equal(overtakenMessages([a, b, first, second]).length, 1);
  assert.deepEqual(overtakenMessages([{ ...a, completed: 3 }, b, first, second]), []);
  const elsewhere = [b, first].map((operation) => ({ ...operation, key: "other" }));
  assert.deepEqual(overtakenMessages([a, ...elsewhere, second]), []);
});

function moved(operation: Operation, by: number): Operation[] {
  const { invoked, completed } = operation;
  return [{ ...operation, invoked: invoked + by, completed: completed + by }];
}
