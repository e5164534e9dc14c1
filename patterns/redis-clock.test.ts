import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisFace, redis } from "#services/redis";
import { type Stand, stand } from "../test/contract/stand.ts";
import { redisAges, redisNow } from "./redis-clock.ts";

let server: Stand<RedisFace>;
before(async () => {
  server = await stand(redis);
});
after(() => server[Symbol.asyncDispose]());

test("a key that had 30 ms to live is gone when Redis has aged by as much", async () => {
  const client = await server.face.connect();
  await client.set("key", "value", "PX", 30);
  await redisAges(client, 30);
  assert.equal(await client.get("key"), null);
});

test("the clock is the one that expiries are given in", async () => {
  const client = await server.face.connect();
  await client.set("key", "value");
  await client.pexpireat("key", Math.floor(await redisNow(client)) + 60_000);
  const left = await client.pttl("key");
  assert.ok(left > 0 && left <= 60_000, `${left} ms left`);
});
