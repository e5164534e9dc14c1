import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { link } from "#kit";
import { type Redis, type RedisFace, redis } from "#services/redis";
import { type Stand, stand } from "../test/contract/stand.ts";
import { stopAfter, stopBeforeEach } from "./stop-after.ts";

let server: Stand<RedisFace>;
before(async () => {
  server = await stand(redis);
});
after(() => server[Symbol.asyncDispose]());

/** A fresh server, a client behind a link, and an observer beside it. */
async function scene() {
  const face = await server.again();
  const observer = await face.connect();
  await observer.flushall();
  const wire = await link(face.address, { trace: "resp" });
  const client = await face.through(wire).connect({ retryStrategy: () => null });
  return { face, wire, client, observer, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() };
}

const three = async (client: Redis) => {
  for (const key of ["a", "b", "c"]) await client.set(key, 1);
  return "done";
};

const piped = async (client: Redis) => (await client.pipeline().incr("a").incr("b").exec())?.length;

test("a job is stopped after as many requests as were asked for, all of them done", async () => {
  for (const requests of [0, 1, 2]) {
    await using set = await scene();
    const job = await stopAfter(set.wire, requests, () => three(set.client));
    assert.equal(job.stopped, true);
    assert.equal(await set.observer.dbsize(), requests);
    set.wire.release();
    assert.equal(await job.result, "done");
    assert.equal(await set.observer.dbsize(), 3);
  }
});

test("a job whose requests travel together is stopped between two of them", async () => {
  await using set = await scene();
  const job = await stopAfter(set.wire, 1, () => piped(set.client));
  assert.deepEqual(await set.observer.mget("a", "b"), ["1", null]);
  set.wire.release();
  assert.equal(await job.result, 2);
});

test("a job that ends before is not stopped, and neither is what comes after it", async () => {
  await using set = await scene();
  const job = await stopAfter(set.wire, 3, () => three(set.client));
  assert.equal(job.stopped, false);
  assert.equal(await job.result, "done");
  assert.equal(await three(set.client), "done");
});

test("a stopped job that is ended there has done no more, and nobody has to listen", async () => {
  await using set = await scene();
  const job = await stopAfter(set.wire, 2, () => three(set.client));
  set.wire.reset();
  await assert.rejects(job.result);
  assert.equal(await set.observer.dbsize(), 2);
});

test("a job that fails before is not stopped, and tells why", async () => {
  await using set = await scene();
  const job = await stopAfter(set.wire, 9, async () => {
    await set.client.set("a", "one");
    await set.client.incr("a");
  });
  assert.equal(job.stopped, false);
  await assert.rejects(job.result, /not an integer/);
});

test("a link that does not trace is refused", async () => {
  const face = await server.again();
  await using wire = await link(face.address);
  await assert.rejects(
    stopAfter(wire, 1, async () => {}),
    RangeError,
  );
});

test("a job of three requests is stopped three times, and ends by itself the fourth", async () => {
  await using set = await scene();
  const start = async () => {
    await set.observer.flushall();
    return () => three(set.client);
  };
  const done: number[] = [];
  for await (const { result } of stopBeforeEach(set.wire, start)) {
    done.push(await set.observer.dbsize());
    set.wire.release();
    await result;
  }
  assert.deepEqual(done, [0, 1, 2]);
  assert.equal(await set.observer.dbsize(), 3);
});

test("a job that is killed before each request has done no more than what came before", async () => {
  await using set = await scene();
  const start = async () => {
    await set.observer.flushall();
    const client = await set.face.through(set.wire).connect({ retryStrategy: () => null });
    return () => three(client);
  };
  const left: number[] = [];
  for await (const _ of stopBeforeEach(set.wire, start)) {
    set.wire.reset();
    left.push(await set.observer.dbsize());
  }
  assert.deepEqual(left, [0, 1, 2]);
});

test("a job that fails by itself is not stopped once more", async () => {
  await using set = await scene();
  let starts = 0;
  const start = async () => {
    starts += 1;
    return async () => {
      await set.client.set("a", "one");
      await set.client.incr("a");
    };
  };
  for await (const { result } of stopBeforeEach(set.wire, start)) {
    set.wire.release();
    await assert.rejects(result, /not an integer/);
  }
  assert.equal(starts, 3);
});
