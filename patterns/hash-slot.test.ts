import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ClusterFace, redisCluster } from "#services/redis-cluster";
import { type Stand, stand } from "../test/contract/stand.ts";
import { slotOf } from "./hash-slot.ts";

let server: Stand<ClusterFace>;
before(async () => {
  server = await stand(redisCluster.with({ replicas: [] }));
});
after(() => server[Symbol.asyncDispose]());

test("the slot of 123456789 is the check value of CRC-16/XMODEM", () => {
  assert.equal(slotOf("123456789"), 0x31c3);
});

test("Redis puts keys into the same slots, with braces of all kinds", async () => {
  const client = await server.face.node("master-1").connect();
  const braces = ["{user}:1", "a{user}b{other}", "{}user", "user{}", "us{er", "us}er", "{{user}}"];
  for (const key of ["", "user", "café", "line\nbreak", "{line\nbreak}x", ...braces]) {
    assert.equal(slotOf(key), await client.cluster("KEYSLOT", key), key);
  }
});
