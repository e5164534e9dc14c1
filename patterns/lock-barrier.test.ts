import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Client } from "pg";
import { until } from "#kit";
import { type Postgres, type PostgresFace, postgres } from "#services/postgres";
import { type Stand, stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { lockBarrier, waitsForLock } from "./lock-barrier.ts";

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

describe("on a server", { skip: await lacking(postgres) }, () => {
  let server: Stand<PostgresFace>;
  before(async () => {
    server = await stand(postgres.own());
  });
  after(() => server[Symbol.asyncDispose]());

  /** One session that observes, one that holds a lock on a table, and two others. */
  async function sessions() {
    const face = await server.again();
    const [watching, holder, ...others] = await Promise.all(
      Array.from({ length: 4 }, () => face.connect()),
    );
    await holder!.query("CREATE TABLE held ()");
    await holder!.query("BEGIN; LOCK TABLE held");
    return { watching: watching!, holder: holder!, others };
  }

  test("a session that waits for a lock counts as arrived", async () => {
    const { watching, holder, others } = await sessions();
    const barrier = lockBarrier(watching, 3);
    const reads = others.map((client) => client.query("SELECT FROM held"));
    await barrier.arrive();
    assert.equal(barrier.waited, 2);
    await holder.query("COMMIT");
    await Promise.all(reads);
  });

  test("a statement is told from one that waits, also where another waits already", async () => {
    const { watching, holder, others } = await sessions();
    const [first, second] = others as [Postgres, Postgres];
    const read = first.query("SELECT FROM held");
    assert.equal(await waitsForLock(watching, read), true);
    assert.equal(await waitsForLock(watching, second.query("SELECT 1"), 1), false);
    assert.equal(
      await waitsForLock(
        watching,
        second.query("SELECT 1 / 0").catch(() => {}),
        1,
      ),
      false,
    );
    const another = second.query("SELECT FROM held");
    assert.equal(await waitsForLock(watching, another, 1), true);
    await holder.query("COMMIT");
    await Promise.all([read, another]);
  });
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
