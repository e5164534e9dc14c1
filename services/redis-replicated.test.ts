import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { redisReplicated } from "./redis-replicated.ts";

describe("redis-replicated", { skip: await lacking(redisReplicated) }, () => {
  test("a replica keeps what a killed primary had, and takes no writes of its own", async () => {
    await using stood = await stand(redisReplicated);
    const { face } = stood;
    assert.deepEqual(face.replicas, ["replica-1", "replica-2"]);
    await using primary = await face.connect();
    await primary.set("key", "value");
    assert.equal(await primary.wait(2, 1_000), 2);
    await face.kill();
    await using replica = await face.node("replica-2").connect();
    assert.equal(await replica.get("key"), "value");
    await assert.rejects(replica.set("key", "other"), /READONLY/);
    await replica.replicaof("NO", "ONE");
    await replica.set("key", "other");

    const again = await stood.again();
    await using follower = await again.node("replica-2").connect();
    assert.match(await follower.info("replication"), /role:slave/);
    assert.equal(await follower.dbsize(), 0);
  });

  test("a replica that is paused falls behind, and catches up when it is resumed", async () => {
    await using stood = await stand(redisReplicated.with({ replicas: 1 }));
    await using primary = await stood.face.connect();
    await stood.face.pause("replica-1");
    await primary.set("key", "value");
    assert.equal(await primary.wait(1, 100), 0);
    await stood.face.resume("replica-1");
    assert.equal(await primary.wait(1, 5_000), 1);
  });

  test("a configuration that one trial sets does not reach the next", async () => {
    await using stood = await stand(redisReplicated);
    await using primary = await stood.face.connect();
    await primary.config("SET", "min-replicas-to-write", "3");
    await assert.rejects(primary.set("key", "value"), /NOREPLICAS/);
    const again = await stood.again();
    await using fresh = await again.connect();
    await fresh.set("key", "value");
  });
});
