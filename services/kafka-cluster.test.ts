import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "#kit";
import { type Stand, stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { type KafkaClusterFace, kafkaCluster } from "./kafka-cluster.ts";

describe("kafka-cluster", { skip: await lacking(kafkaCluster) }, () => {
  let cluster: Stand<KafkaClusterFace>;
  before(async () => {
    cluster = await stand(kafkaCluster);
    console.log(`# ready after ${Math.round(cluster.server.readyMs)} ms`);
  });
  after(() => cluster[Symbol.asyncDispose]());

  test("another broker leads when the leader dies, and nothing acknowledged is lost", async () => {
    const { face } = cluster;
    const topic = await face.topic("orders", { config: { "min.insync.replicas": "2" } });
    const producer = await face.producer();
    await producer.send({ messages: [{ topic, value: "1" }], acks: -1 });
    const { leader } = await face.holders(topic);
    await face.kill(leader);
    const next = await until(
      "a new leader",
      async () => {
        const now = (await face.holders(topic)).leader;
        return now !== leader && now;
      },
      { withinMs: 15_000 },
    );
    assert.notEqual(next, leader);
    await using consumer = await face.consumer({ groupId: "readers" });
    for await (const { value } of await consumer.consume({ topics: [topic], mode: "earliest" })) {
      assert.equal(value, "1");
      break;
    }
  });

  test("a new trial begins with all brokers in sync and no topic", async () => {
    const face = await cluster.again();
    await using admin = await face.admin();
    assert.deepEqual(await admin.listTopics(), []);
    const topic = await face.topic("orders");
    assert.equal((await face.holders(topic)).inSync.length, 3);
  });
});
