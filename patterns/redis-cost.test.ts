import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { repeat } from "#kit";
import { type RedisFace, redis } from "#services/redis";
import { type Stand, stand } from "../test/contract/stand.ts";
import { bytesOfKeys, workOn } from "./redis-cost.ts";

let server: Stand<RedisFace>;
before(async () => {
  server = await stand(redis);
});
after(() => server[Symbol.asyncDispose]());

test("the work on several commands is counted together, and other commands are left out", async () => {
  const client = await server.face.connect();
  await repeat(3, () => client.incr("views"));
  await client.set("title", "Home");
  const { calls, micros } = await workOn(server.face, "incr", "set");
  assert.equal(calls, 4);
  assert.ok(micros > 0);
  assert.ok((await workOn(server.face, "incr")).micros < micros);
});

test("commands that were never sent are no work", async () => {
  assert.deepEqual(await workOn(server.face, "geosearch"), { calls: 0, micros: 0 });
});

test("the memory of all keys grows by as much as a value is longer, and an empty server has none", async () => {
  const client = await (await server.again()).connect();
  assert.equal(await bytesOfKeys(client), 0);
  await client.mset("short", "x", "long", "x".repeat(100_000));
  const bytes = await bytesOfKeys(client);
  assert.ok(bytes > 100_000 && bytes < 130_000, `${bytes} bytes`);
  await client.del("long");
  assert.ok((await bytesOfKeys(client)) < 1_000);
});
