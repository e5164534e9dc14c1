// Three kinds of message, and a worker for each kind. If all take from one queue, a worker puts back
// what is not its own, and the broker hands it out again at once: the message at the head goes round
// and round. If each has a copy of everything, the workers throw away most of what they are sent.
// A direct exchange sorts before it sends, by comparing two strings.

import type { Channel } from "amqplib";
import { lab, repeat, until } from "#kit";
import { quiet } from "#patterns/quiet";
import { rabbitmq } from "#services/rabbitmq";

const EXCHANGE = "logs";
const KINDS = ["info", "warn", "error"];
const UNKNOWN = "audit"; // a kind that nobody asked for

/** Where a worker's messages come from, and what it does with one that is not of its kind. */
type Arm = {
  exchange: "direct" | "fanout";
  queueOf(kind: string): string;
  notMine: "put back" | "drop";
};

const putBack: Arm = { exchange: "fanout", queueOf: () => "all", notMine: "put back" };

const filterAtConsumer: Arm = { exchange: "fanout", queueOf: (kind) => kind, notMine: "drop" };

const direct: Arm = {
  ...filterAtConsumer,
  exchange: "direct", // matters: No worker is sent a message that it has no use for
};

export default lab({
  title: "Routing with a direct exchange",
  question:
    "Three kinds of message, three kinds of worker: who should sort them, the broker or the workers?",
  services: { rabbitmq },
  knobs: { messagesPerKind: 10, deliveriesApiece: 10 },
  arms: { "put-back": putBack, "filter-at-consumer": filterAtConsumer, direct },

  async trial({ exchange, queueOf, notMine }, { rabbitmq, knobs }) {
    await using producer = await rabbitmq.confirmChannel();
    await producer.assertExchange(EXCHANGE, exchange);
    for (const kind of KINDS) {
      await producer.assertQueue(queueOf(kind));
      await producer.bindQueue(queueOf(kind), EXCHANGE, kind);
    }
    const kinds = [UNKNOWN, ...(await repeat(knobs.messagesPerKind, async () => KINDS)).flat()];
    for (const kind of kinds) producer.publish(EXCHANGE, kind, Buffer.from(kind));
    await producer.waitForConfirms();

    const limit = kinds.length * knobs.deliveriesApiece;
    const found = { delivered: 0, done: 0, useless: 0, unknownKept: 0 };
    const channels: Channel[] = [];
    for (const kind of KINDS) {
      const channel = await rabbitmq.channel();
      channels.push(channel);
      await channel.prefetch(1);
      await channel.consume(queueOf(kind), (message) => {
        if (!message || found.delivered === limit) return; // it stays in hand, and no more come
        found.delivered += 1;
        const mine = message.content.toString() === kind;
        if (!mine && notMine === "put back") channel.nack(message);
        else channel.ack(message);
        if (mine) found.done += 1;
        else found.useless += 1;
      });
    }
    await quiet(channels, queueOf(KINDS[0]!), () => found.delivered);
    for (const channel of channels) await channel.close();
    for (const queue of new Set(KINDS.map(queueOf))) {
      await until("the queue to be left", () => isLeft(producer, queue));
      for (let left = await producer.get(queue); left; left = await producer.get(queue)) {
        if (left.content.toString() === UNKNOWN) found.unknownKept += 1;
      }
    }
    return { ...found, sent: kinds.length };
  },

  claims: {
    "All that somebody wants is done within ten deliveries apiece": {
      holds: (found) => found.done === found.sent - 1,
      brokenBy: ["put-back"],
    },
    "No worker is sent a message that it has no use for": {
      holds: (found) => found.useless === 0,
      brokenBy: ["put-back", "filter-at-consumer"],
    },
    "A message of a kind that no worker asked for is still kept": {
      holds: (found) => found.unknownKept === 1,
      brokenBy: ["filter-at-consumer", "direct"],
    },
  },

  measures: {
    "deliveries per message": (found) => found.delivered / found.sent,
    "messages done": (found) => found.done,
    "useless deliveries": (found) => found.useless,
  },
});

/** True when no consumer of the queue is there any more, and what it held has come back. */
async function isLeft(channel: Channel, queue: string): Promise<boolean> {
  return (await channel.checkQueue(queue)).consumerCount === 0;
}
