// The consumers have stopped and the producers have not. A queue without a limit takes everything
// until the broker runs out of memory or disk. A queue with a limit must refuse something: it drops
// the oldest message and says yes to the newest, or it says no to the newest. The first is right for
// a temperature, the second for an order.

import type { Options } from "amqplib";
import { lab } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const QUEUE = "backlog";

/** The queue's arguments, for a limit in messages. */
type Overflow = (limit: number) => Options.AssertQueue;

const unlimited: Overflow = () => ({});

const dropHead: Overflow = (limit) => ({ maxLength: limit });

const rejectPublish: Overflow = (limit) => ({
  ...dropHead(limit),
  overflow: "reject-publish", // matters: The publisher learns of every message that is not kept
});

export default lab({
  title: "Queue length limits and back-pressure",
  question: "The consumers have stopped and the producers have not: what should a full queue do?",
  services: { rabbitmq },
  knobs: { limit: 100, messages: 400 },
  arms: { unlimited, "drop-head": dropHead, "reject-publish": rejectPublish },

  async trial(overflow, { rabbitmq, knobs: { limit, messages } }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertQueue(QUEUE, overflow(limit));

    const confirmed = new Set<number>();
    let refused = 0;
    for (let message = 0; message < messages; message++) {
      await new Promise<void>((answered) => {
        channel.sendToQueue(QUEUE, Buffer.from(String(message)), {}, (no) => {
          if (no) refused += 1;
          else confirmed.add(message);
          answered();
        });
      });
    }

    const kept = new Set<number>();
    const next = () => channel.get(QUEUE, { noAck: true });
    for (let message = await next(); message; message = await next()) {
      kept.add(Number(message.content));
    }
    return {
      limit,
      length: kept.size,
      refused,
      confirmedAndGone: confirmed.difference(kept).size,
      newestKept: kept.has(messages - 1),
    };
  },

  claims: {
    "The queue stays within its limit": {
      holds: (found) => found.length <= found.limit,
      brokenBy: ["unlimited"],
    },
    "The publisher learns of every message that is not kept": {
      holds: (found) => found.confirmedAndGone === 0,
      brokenBy: ["drop-head"],
    },
    "The newest message is always kept": {
      holds: (found) => found.newestKept,
      brokenBy: ["reject-publish"],
    },
  },

  measures: {
    "queue length": (found) => found.length,
    "messages refused": (found) => found.refused,
    "messages confirmed and gone": (found) => found.confirmedAndGone,
  },
});
