import assert from "node:assert/strict";
import { test } from "node:test";
import { countsOf } from "./counts.ts";
import { link } from "./link.ts";
import { redisServer } from "./servers.ts";

test("only what crosses while the job runs is counted, and its result comes along", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  await client.set("page", "x".repeat(10_000));
  const { result, roundTrips, requestBytes, replyBytes } = await countsOf(wire, () =>
    client.get("page"),
  );
  assert.equal(result?.length, 10_000);
  assert.equal(roundTrips, 1);
  assert.equal(requestBytes, "*2\r\n$3\r\nget\r\n$4\r\npage\r\n".length);
  assert.equal(replyBytes, 10_000 + "$10000\r\n\r\n".length);
});

test("messages are counted where the link traces, and are absent elsewhere", async () => {
  await using redis = await redisServer();
  for (const [trace, expected] of [["resp", 2] as const, [undefined, undefined] as const]) {
    await using wire = await link(redis.target, { trace });
    const client = redis.open(wire.address);
    await client.ping();
    const counts = await countsOf(wire, () => client.pipeline().ping().ping().exec());
    assert.equal(counts.requests, expected);
    assert.equal(counts.replies, expected);
  }
});
