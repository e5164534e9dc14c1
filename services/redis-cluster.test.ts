import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { redisCluster } from "./redis-cluster.ts";

describe("redis-cluster", { skip: await lacking(redisCluster) }, () => {
  test("a replica takes over the slots of a killed master", async () => {
    await using stood = await stand(redisCluster);
    const { face } = stood;
    await using client = await face.connect();
    const slot = Number(await client.cluster("KEYSLOT", "key"));
    const owner = await face.ownerOf(slot);
    const [seer] = face.masters.filter((name) => name !== owner);
    await client.set("key", "value");
    await using direct = await face.node(owner).connect();
    assert.equal(await direct.wait(1, 1_000), 1);
    await face.kill(owner);
    const heir = await until(
      "another owner",
      async () => {
        const name = await face.ownerOf(slot, seer);
        return name === owner ? undefined : name;
      },
      { withinMs: 10_000 },
    );
    assert.equal(heir, owner.replace("master", "replica"));
    assert.equal(await until("an answer", () => client.get("key")), "value");

    const again = await stood.again();
    assert.equal(await again.ownerOf(slot), owner, "a new trial has the first owners again");
  });

  test("it begins in the shape that was asked for", async () => {
    await using stood = await stand(redisCluster.with({ replicas: [1, 1], spares: 1 }));
    const { face } = stood;
    const { connected_slaves: followers } = await face.node("master-1").info("replication");
    assert.equal(followers, 2);
    await using client = await face.node("master-1").connect();
    assert.match(await client.cluster("INFO"), /cluster_known_nodes:6\r/);
    assert.equal(await face.ownerOf(16_383), "master-3");
  });
});
