import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "./gate.ts";
import { Queue } from "./queue.ts";
import { turns } from "./rounds.ts";

test("arms take turns, every second round backwards", () => {
  const order = turns(["a", "b", "c"], 3, false).map(({ arm, round }) => `${round}${arm}`);
  assert.deepEqual(order, ["1a", "1b", "1c", "2c", "2b", "2a", "3a", "3b", "3c"]);
});

test("a warm-up is round 0", () => {
  const order = turns(["a", "b"], 1, true).map(({ arm, round }) => `${round}${arm}`);
  assert.deepEqual(order, ["0b", "0a", "1a", "1b"]);
});

test("many pass a gate together; who wants to be alone waits until they are gone", async () => {
  const gate = new Gate();
  const first = await gate.enter(false);
  const second = await gate.enter(false);
  let inside = "";
  const alone = gate.enter(true).then((pass) => {
    inside = "alone";
    return pass;
  });
  const late = gate.enter(false).then(() => {
    inside = "late";
  });
  first[Symbol.dispose]();
  await Promise.resolve();
  assert.equal(inside, "");
  second[Symbol.dispose]();
  const pass = await alone;
  assert.equal(inside, "alone", "who came later does not overtake");
  pass[Symbol.dispose]();
  await late;
  assert.equal(inside, "late");
});

test("a queue gives what was pushed before and after somebody waits, and then ends", async () => {
  const queue = new Queue<number>();
  queue.push(1);
  setImmediate(() => {
    queue.push(2);
    queue.push(3);
    queue.close();
  });
  assert.deepEqual(await Array.fromAsync(queue), [1, 2, 3]);
});

test("a queue that fails throws after what it has", async () => {
  const queue = new Queue<number>();
  queue.push(1);
  queue.fail(new Error("broken"));
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const value of queue) seen.push(value);
  }, /broken/);
  assert.deepEqual(seen, [1]);
});
