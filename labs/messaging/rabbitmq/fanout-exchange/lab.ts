// Three services want to hear of every order. If they share a queue they share the events. If each
// has a queue that lives as long as its connection, a short outage loses what was published
// meanwhile. A durable queue with the service's name keeps it for as long as nobody comes: also for
// a service that was taken down last year.

import type { Channel, Options } from "amqplib";
import { lab } from "#kit";
import { quiet } from "#patterns/quiet";
import { rabbitmq } from "#services/rabbitmq";

const EXCHANGE = "orders";

type Subscription = { queueOf(subscriber: string): string; options: Options.AssertQueue };

const ownQueue = (subscriber: string) => `orders-for-${subscriber}`;

const sharedQueue: Subscription = { queueOf: () => "orders", options: {} };

const temporaryQueues: Subscription = { queueOf: ownQueue, options: { exclusive: true } };

const namedQueues: Subscription = {
  ...sharedQueue,
  queueOf: ownQueue, // matters: Every subscriber gets every event; One that was away misses nothing
};

export default lab({
  title: "Publish and subscribe with a fanout exchange",
  question: "What does a subscriber miss while it is away, and what does it cost to keep it?",
  services: { rabbitmq },
  knobs: { events: 20 },
  arms: {
    "shared-queue": sharedQueue,
    "temporary-queues": temporaryQueues,
    "named-queues": namedQueues,
  },

  async trial({ queueOf, options }, { rabbitmq, knobs: { events } }) {
    await using publisher = await rabbitmq.confirmChannel();
    await publisher.assertExchange(EXCHANGE, "fanout");
    let copies = 0;
    const received = { billing: 0, mail: 0, search: 0 };
    const subscribe = async (subscriber: keyof typeof received) => {
      const channel = await rabbitmq.channel();
      await channel.assertQueue(queueOf(subscriber), options);
      await channel.bindQueue(queueOf(subscriber), EXCHANGE, "");
      await channel.consume(queueOf(subscriber), (event) => {
        if (!event) return;
        channel.ack(event);
        received[subscriber] += 1;
        copies += 1;
      });
      return channel;
    };
    const publish = async (count: number, present: Record<string, Channel>) => {
      for (let event = 0; event < count; event++) {
        publisher.publish(EXCHANGE, "", Buffer.from("{}"), { persistent: true });
      }
      await publisher.waitForConfirms();
      for (const [subscriber, channel] of Object.entries(present)) {
        await quiet([channel], queueOf(subscriber), () => copies);
      }
    };

    const billing = await subscribe("billing");
    const mail = await subscribe("mail");
    const search = await subscribe("search");
    const half = Math.floor(events / 2);
    await mail[Symbol.asyncDispose](); // away for a moment
    await publish(half, { billing, search });
    const mailAgain = await subscribe("mail");
    await search[Symbol.asyncDispose](); // gone for good
    await publish(events - half, { billing, mail: mailAgain });
    return {
      missedByBilling: events - received.billing,
      missedByMail: events - received.mail,
      leftBehind: await messagesIn(queueOf("search"), await rabbitmq.channel()),
    };
  },

  claims: {
    "Every subscriber gets every event": {
      holds: (found) => found.missedByBilling === 0,
      brokenBy: ["shared-queue"],
    },
    "One that was away misses nothing": {
      holds: (found) => found.missedByMail === 0,
      brokenBy: ["shared-queue", "temporary-queues"],
    },
    "Nothing is stored for one that never comes back": {
      holds: (found) => found.leftBehind === 0,
      brokenBy: ["named-queues"],
    },
  },

  measures: {
    "events missed by the one that stayed": (found) => found.missedByBilling,
    "events missed by the one that was away": (found) => found.missedByMail,
    "messages left behind": (found) => found.leftBehind,
  },
});

/** Messages that wait in a queue; none where the queue is gone. */
async function messagesIn(queue: string, channel: Channel): Promise<number> {
  try {
    return (await channel.checkQueue(queue)).messageCount;
  } catch (error) {
    if (String(error).includes("NOT_FOUND")) return 0;
    throw error;
  }
}
