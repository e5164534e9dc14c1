import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Launcher } from "../runner/launch.ts";
import { type Lease, Pool } from "../runner/pool.ts";
import { type Stand, stand } from "../test/contract/stand.ts";
import { killRunnerOf } from "../test/killed-runner.ts";
import { lacking } from "../test/lacking.ts";
import { type KafkaFace, kafka, openKafka } from "./kafka.ts";

/** Reads a topic from its beginning, as a group of its own, until so many messages have come. */
async function read(face: KafkaFace, topic: string, count: number, groupId = "readers") {
  await using consumer = await face.consumer({ groupId });
  const values: string[] = [];
  const messages = await consumer.consume({ topics: [topic], mode: "earliest" });
  for await (const { value } of messages) if (values.push(value) === count) break;
  return values;
}

describe("kafka", { skip: await lacking(kafka) }, () => {
  let broker: Stand<KafkaFace>;
  before(async () => {
    broker = await stand(kafka.own());
    console.log(`# ready after ${Math.round(broker.server.readyMs)} ms`);
  });
  after(() => broker[Symbol.asyncDispose]());

  test("what is produced is consumed, in the order of its key", async () => {
    const topic = await broker.face.topic("orders", { partitions: 3 });
    await using producer = await broker.face.producer();
    const sent = ["placed", "paid", "shipped"];
    for (const value of sent) await producer.send({ messages: [{ topic, key: "7", value }] });
    assert.deepEqual(await read(broker.face, topic, 3), sent);
  });

  test("an acknowledged message survives the broker's death", async () => {
    const topic = await broker.face.topic("kept");
    const producer = await broker.face.producer();
    await producer.send({ messages: [{ topic, value: "1" }], acks: -1 });
    await broker.face.kill();
    await broker.face.restart();
    assert.deepEqual(await read(broker.face, topic, 1), ["1"]);
  });

  test("a transaction that is aborted is not read", async () => {
    const topic = await broker.face.topic("ledger");
    await using producer = await broker.face.producer({
      ...{ transactionalId: broker.face.name("teller"), idempotent: true },
    });
    for (const value of ["undone", "done"]) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, value }] });
      await (value === "done" ? transaction.commit() : transaction.abort());
    }
    assert.deepEqual(await read(broker.face, topic, 1), ["done"]);
  });

  test("a paused broker does not keep a client from closing", async () => {
    const producer = await broker.face.producer();
    const topic = await broker.face.topic("paused");
    await producer.send({ messages: [{ topic, value: "1" }] });
    const consumer = await broker.face.consumer({ groupId: "paused" });
    await consumer.consume({ topics: [topic] });
    await broker.face.pause();
    await Promise.all([producer[Symbol.asyncDispose](), consumer[Symbol.asyncDispose]()]);
    await broker.face.resume();
  });

  test("a new trial finds no topic and no group of the last one", async () => {
    const topic = await broker.face.topic("left");
    const consumer = await broker.face.consumer({ groupId: "left" });
    await consumer.consume({ topics: [topic] });
    const face = await broker.again();
    await using admin = await face.admin();
    assert.deepEqual(await admin.listTopics(), []);
    assert.deepEqual([...(await admin.listGroups()).keys()], []);
  });
});

describe("a shared kafka", { skip: await lacking(kafka) }, () => {
  const wanted = { service: "kafka", options: {}, alone: false };
  const faceOf = ({ reach }: Lease) =>
    openKafka({ ...reach, own: (resource: object) => resource } as never);

  test("gives each lab names of its own", async () => {
    await using launcher = new Launcher();
    await using pool = new Pool(launcher);
    await using first = await pool.lease(wanted, assert.fail);
    const began = performance.now();
    await using second = await pool.lease(wanted, assert.fail);
    console.log(`# one more tenant after ${Math.round(performance.now() - began)} ms`);
    assert.equal(first.server, second.server);
    const [ours, theirs] = await Promise.all([first, second].map((one) => faceOf(one).topic("a")));
    assert.notEqual(ours, theirs);
  });

  test("leaves nothing when its runner is killed", async () => {
    const processes = await killRunnerOf("kafka");
    assert.ok(processes.some((line) => line.includes("kafka.Kafka")));
  });
});
