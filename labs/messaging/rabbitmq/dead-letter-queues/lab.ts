// A consumer meets a message that it cannot handle, today or ever, and another that fails just once.
// It can tell neither from the other. What it answers decides for both: put back, the message comes
// again at once, in front of all others, for ever; refused, it is gone, unless the queue names an
// exchange for its dead letters. A quorum queue counts the deliveries itself, so that a message may
// be put back, but not for ever.

import type { Options } from "amqplib";
import { lab, until } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const ORDERS = "orders";
const DEAD = "orders-dead";

/** How the queue is made, and whether a message that has failed is put back into it. */
type Answer = { queue(deliveryLimit: number): Options.AssertQueue; putBack: boolean };

const toDead: Options.AssertQueue = {
  deadLetterExchange: DEAD, // matters: The poison message is set aside for a look
};

const requeue: Answer = { queue: () => ({}), putBack: true };
const discard: Answer = { queue: () => ({}), putBack: false };
const deadLetter: Answer = { queue: () => toDead, putBack: false };
const deliveryLimit: Answer = {
  queue: (limit) => ({
    ...toDead,
    arguments: { "x-queue-type": "quorum", "x-delivery-limit": limit },
  }),
  putBack: true,
};

export default lab({
  title: "Poison messages and the dead letter queue",
  question: "What should a consumer do with a message that fails every time?",
  services: { rabbitmq },
  knobs: { healthy: 20, deliveryLimit: 3, cap: { value: 200, from: 50, to: 2000 } },
  arms: { requeue, discard, "dead-letter": deadLetter, "delivery-limit": deliveryLimit },

  async trial({ queue, putBack }, { rabbitmq, knobs, note }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertExchange(DEAD, "fanout");
    await channel.assertQueue(DEAD);
    await channel.bindQueue(DEAD, DEAD, "");
    const options = queue(knobs.deliveryLimit);
    await channel.assertQueue(ORDERS, options);
    const healthy = Array.from({ length: knobs.healthy }, (_, index) => `healthy-${index}`);
    const orders = ["flaky", "poison", ...healthy];
    for (const order of orders) channel.sendToQueue(ORDERS, Buffer.from(order));
    await channel.waitForConfirms();

    const kept: string[] = [];
    await channel.consume(
      DEAD,
      (message) => {
        const [{ reason = "" } = {}] = message?.properties.headers?.["x-death"] ?? [];
        kept.push(String(message?.content));
        note(`${kept.at(-1)} is in the dead letter queue: ${reason}`);
      },
      { noAck: true },
    );

    const delivered: string[] = [];
    const done = new Set<string>();
    const over = Promise.withResolvers<void>();
    await channel.prefetch(1);
    await channel.consume(ORDERS, (message) => {
      if (!message) return;
      const order = message.content.toString();
      delivered.push(order);
      if (delivered.length === knobs.cap) return over.resolve(); // and no more come, by prefetch
      const fails = order === "poison" || (order === "flaky" && !message.fields.redelivered);
      if (fails) return channel.reject(message, putBack);
      channel.ack(message);
      done.add(order);
      if (order === healthy.at(-1)) over.resolve();
    });
    await over.promise;
    if (options.deadLetterExchange) {
      await until("the poison message", () => kept.includes("poison"));
    }

    const deliveries = (order: string) => delivered.filter((one) => one === order).length;
    return {
      healthyDone: healthy.filter((order) => done.has(order)).length,
      healthySent: healthy.length,
      poisonKept: kept.includes("poison"),
      poisonDeliveries: deliveries("poison"),
      triesOfFlaky: deliveries("flaky"),
      repeated: orders.filter((order) => deliveries(order) > 1).length,
      deadLetters: kept.length,
    };
  },

  claims: {
    "The messages behind the poison one get done": {
      holds: (found) => found.healthyDone === found.healthySent,
      brokenBy: ["requeue"],
    },
    "The poison message is set aside for a look": {
      holds: (found) => found.poisonKept,
      brokenBy: ["requeue", "discard"],
    },
    "A message that fails just once gets a second try": {
      holds: (found) => found.triesOfFlaky === 2,
      brokenBy: ["discard", "dead-letter"],
    },
    "No message is delivered twice": {
      holds: (found) => found.repeated === 0,
      brokenBy: ["requeue", "delivery-limit"],
    },
  },

  measures: {
    "deliveries of the poison message": (found) => found.poisonDeliveries,
    "healthy messages done": (found) => found.healthyDone,
    "messages in the dead letter queue": (found) => found.deadLetters,
  },
});
