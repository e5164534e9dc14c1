import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel, ConsumeMessage, Options } from "amqplib";
import { gate } from "#kit";
import { oneByOne } from "./one-by-one.ts";

/** A channel whose messages come from the test. */
function channel() {
  const acknowledged: string[] = [];
  let deliver = (_: ConsumeMessage | null) => {};
  return {
    acknowledged,
    deliver: (text: string) => deliver({ content: Buffer.from(text) } as ConsumeMessage),
    consume: (async (_queue: string, take: typeof deliver) => {
      deliver = take;
    }) as unknown as Channel["consume"],
    ack: (message: ConsumeMessage) => acknowledged.push(String(message.content)),
  };
}

async function worker(options?: Options.Consume) {
  const { deliver, acknowledged, ...rest } = channel();
  const begun: string[] = [];
  const held = gate();
  const handle = async ({ content }: ConsumeMessage) => {
    begun.push(String(content));
    await held.pass();
  };
  const hands = await oneByOne(rest, "jobs", handle, options);
  for (const job of ["first", "second", "third"]) deliver(job);
  await new Promise(setImmediate);
  return { acknowledged, begun, hands, held };
}

test("the second message waits in hand until the first is done", async () => {
  const { acknowledged, begun, hands, held } = await worker();
  assert.deepEqual(begun, ["first"]);
  assert.equal(hands.count, 3);
  held.open();
  await new Promise(setImmediate);
  assert.deepEqual(acknowledged, ["first", "second", "third"]);
  assert.deepEqual([hands.count, hands.most], [0, 3]);
});

test("where nothing is to be acknowledged, nothing is", async () => {
  const { acknowledged, hands, held } = await worker({ noAck: true });
  held.open();
  await new Promise(setImmediate);
  assert.deepEqual(acknowledged, []);
  assert.equal(hands.count, 0);
});
