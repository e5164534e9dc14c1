import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "pg";
import { until } from "#kit";
import { postgres } from "#services/postgres";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { lockBarrier } from "./lock-barrier.ts";

/** An observer whose n-th question, from 0 up, is answered with so many waiting sessions. */
function observer(answer: (question: number) => number) {
  let asked = 0;
  return {
    query: async () => ({ rows: [{ waits: answer(asked++) }] }),
    hasAsked: (times: number) => until(`${times} questions`, () => asked >= times),
  };
}

/** A barrier, and how many sessions have passed it so far. */
function barrierOf(server: ReturnType<typeof observer>, sessions: number) {
  const barrier = lockBarrier(server as unknown as Client, sessions);
  let passed = 0;
  const arrive = () => barrier.arrive().then(() => ++passed);
  return { barrier, arrive, passed: () => passed };
}

test("nobody passes while a session has neither arrived nor met a lock", async () => {
  const server = observer(() => 0);
  const { barrier, arrive, passed } = barrierOf(server, 2);
  const first = arrive();
  await server.hasAsked(3);
  assert.equal(passed(), 0);
  await Promise.all([first, arrive()]);
  assert.equal(barrier.waited, 0);
});

test("a session that waits for a lock counts as arrived", {
  skip: await lacking(postgres),
}, async () => {
  await using server = await stand(postgres.own());
  await using observer = await server.face.connect();
  await using holder = await server.face.connect();
  await using waiter = await server.face.connect();
  await holder.query("CREATE TABLE held ()");
  await holder.query("BEGIN; LOCK TABLE held");
  const barrier = lockBarrier(observer, 2);
  const read = waiter.query("SELECT FROM held");
  await barrier.arrive();
  assert.equal(barrier.waited, 1);
  await holder.query("COMMIT");
  await read;
});

test("a session that arrives while the server still calls it waiting counts once", async () => {
  const server = observer((question) => {
    if (question === 0) arrive();
    return question === 0 ? 1 : 0;
  });
  const { arrive, passed } = barrierOf(server, 3);
  arrive();
  await server.hasAsked(3);
  assert.equal(passed(), 0);
  await arrive();
  assert.equal(passed(), 3);
});

test("who comes after it has opened passes at once", async () => {
  const { arrive, passed } = barrierOf(
    observer(() => 0),
    1,
  );
  await arrive();
  await arrive();
  assert.equal(passed(), 2);
});
