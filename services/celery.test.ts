import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { Channel } from "amqplib";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { celery } from "./celery.ts";
import { rabbitmq } from "./rabbitmq.ts";

const tasks = import.meta.resolve("../test/fixtures/programs/tasks.py");
const skip = (await lacking(celery)) || (await lacking(rabbitmq));

/** Sends a task in Celery's own format: its arguments as JSON, what it is in the headers. */
function send(channel: Channel, task: string, ...args: unknown[]): void {
  const id = randomUUID();
  channel.sendToQueue("celery", Buffer.from(JSON.stringify([args, {}, {}])), {
    ...{ contentType: "application/json", contentEncoding: "utf-8", correlationId: id },
    headers: { task, id, lang: "py" },
  });
}

describe("celery", { skip }, () => {
  test("a worker does the tasks that it finds, also after it was killed", async () => {
    await using broker = await stand(rabbitmq.own());
    await using workers = await stand(celery.with({ tasks }));
    const began = performance.now();
    await workers.face.start({ BROKER: broker.face.url });
    console.log(`# ready after ${Math.round(performance.now() - began)} ms`);
    await using channel = await broker.face.channel();
    const sum = async () => {
      const message = await channel.get("sums", { noAck: true });
      return message && String(message.content);
    };
    await channel.assertQueue("sums");
    send(channel, "add", 2, 3);
    assert.equal(await until("the sum", sum), "5");
    await workers.face.kill();
    send(channel, "add", 20, 30);
    await workers.face.restart();
    assert.equal(await until("the sum", sum), "50");
  });
});
