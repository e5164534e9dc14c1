import assert from "node:assert/strict";
import { test } from "node:test";
import { quiet } from "./quiet.ts";

/** A worker whose broker delivers one message with every second answer, so many in all. */
function worker(messages: number) {
  const seen = { done: 0, asked: 0 };
  const checkQueue = async () => {
    seen.asked += 1;
    if (seen.asked % 2 === 0 && seen.done < messages) seen.done += 1;
  };
  return { seen, checkQueue };
}

test("it is quiet once every worker has done what it can", async () => {
  const busy = worker(5);
  const idle = worker(0);
  await quiet([busy, idle], "jobs", () => busy.seen.done);
  assert.equal(busy.seen.done, 5);
});

test("where nothing moves, three questions are enough", async () => {
  const idle = worker(0);
  await quiet([idle], "jobs", () => 0);
  assert.equal(idle.seen.asked, 3);
});
