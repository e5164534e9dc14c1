import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { type KafkaFace, kafka } from "./kafka.ts";
import { kafkaStreams } from "./kafka-streams.ts";

const source = import.meta.resolve("../test/fixtures/programs/Count.java");
const skip = (await lacking(kafkaStreams)) || (await lacking(kafka));

/** Reads a topic until a record of that value has come. */
async function awaitValue(face: KafkaFace, topic: string, wanted: string): Promise<void> {
  await using consumer = await face.consumer({ groupId: `reader-of-${wanted}` });
  const records = await consumer.consume({ topics: [topic], mode: "earliest" });
  for await (const { value } of records) if (value === wanted) return;
}

describe("kafka-streams", { skip }, () => {
  test("a topology counts, and goes on counting after it was killed", async () => {
    await using broker = await stand(kafka.own());
    await using counter = await stand(kafkaStreams.with({ source }));
    const input = await broker.face.topic("words");
    const output = await broker.face.topic("counts");
    await using producer = await broker.face.producer();
    const say = (value: string) => producer.send({ messages: [{ topic: input, key: "a", value }] });

    const began = performance.now();
    await counter.face.start({
      ...{ APPLICATION: "count", INPUT: input, OUTPUT: output },
      BROKERS: broker.face.brokers.join(),
    });
    console.log(`# running after ${Math.round(performance.now() - began)} ms`);
    await say("once");
    await awaitValue(broker.face, output, "1");
    await counter.face.kill();
    await say("twice");
    await counter.face.restart();
    await awaitValue(broker.face, output, "2");
  });

  test("a source that does not compile is named with its line", async () => {
    const broken = import.meta.resolve("../test/fixtures/programs/Broken.java");
    await using stood = await stand(kafkaStreams.with({ source: broken }));
    await assert.rejects(stood.face.start(), /Broken\.java:4: error/);
  });
});
