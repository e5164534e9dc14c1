// A message has failed because a partner is down, and should wait before its next try. If the
// consumer sleeps, or returns the message to the queue, everybody behind it waits too. A second
// queue that nobody consumes lets it wait elsewhere: when its time is over it is dead-lettered back.
// But a queue gives up messages at its head only, so one queue is good for one delay.

import { setTimeout as pause } from "node:timers/promises";
import type { Channel, ConsumeMessage } from "amqplib";
import { lab } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const WORK = "calls";

interface Arm {
  /** Sees to it that a message which has failed is tried again. */
  retry(channel: Channel, message: ConsumeMessage, delayMs: number): unknown;
  /** Where a message waits for so long, if it does not wait here. */
  waitQueue?(delayMs: number): string;
}

const sleep: Arm = {
  async retry(channel, message, delayMs) {
    await pause(delayMs);
    channel.nack(message);
  },
};

const requeue: Arm = { retry: (channel, message) => channel.nack(message) };

const oneForAll = (_delayMs: number) => "calls-waiting";

const waitIn = (waitQueue = oneForAll): Arm => ({
  waitQueue,
  retry(channel, message, delayMs) {
    channel.sendToQueue(waitQueue(delayMs), message.content, { expiration: delayMs });
    channel.ack(message);
  },
});

const waitQueuePerDelay = waitIn(
  (delayMs) => `calls-waiting-${delayMs}`, // matters: A short delay passes a long one
);

export default lab({
  title: "Retries with a delay, by time-to-live and dead lettering",
  question: "How can a failed message wait before its next try without holding up the others?",
  services: { rabbitmq },
  knobs: { longMs: 900, shortMs: 300, healthy: 20 },
  arms: { sleep, requeue, "wait-queue": waitIn(), "wait-queue-per-delay": waitQueuePerDelay },

  async trial(arm, { rabbitmq, knobs: { longMs, shortMs, healthy } }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertQueue(WORK);
    const delays = new Map(Object.entries({ long: longMs, short: shortMs }));
    const waitQueues = new Set([...delays.values()].flatMap((ms) => arm.waitQueue?.(ms) ?? []));
    for (const queue of waitQueues) {
      await channel.assertQueue(queue, { deadLetterExchange: "", deadLetterRoutingKey: WORK });
    }
    const names = [...delays.keys(), ...Array.from({ length: healthy }, () => "healthy")];
    for (const name of names) channel.sendToQueue(WORK, Buffer.from(name));
    await channel.waitForConfirms();

    const upAgain = new Map<string, number>(); // when the partner of a message will answer again
    let tries = 0;
    const done: string[] = [];
    const over = Promise.withResolvers<void>();
    await channel.prefetch(1);
    await channel.consume(WORK, (message) => {
      if (!message) return;
      const name = message.content.toString();
      const delayMs = delays.get(name);
      const now = performance.now();
      if (delayMs !== undefined) {
        tries += 1;
        if (!upAgain.has(name)) upAgain.set(name, now + 0.9 * delayMs);
        if (now < upAgain.get(name)!) return arm.retry(channel, message, delayMs);
      }
      channel.ack(message);
      done.push(name);
      if (done.length === names.length) over.resolve();
    });
    await over.promise;

    const firstRetried = done.findIndex((name) => delays.has(name));
    return {
      heldUp: done.slice(firstRetried).filter((name) => name === "healthy").length,
      tries,
      shortFirst: done.indexOf("short") < done.indexOf("long"),
      extraQueues: waitQueues.size,
    };
  },

  claims: {
    "A healthy message never waits for a failing one": {
      holds: (found) => found.heldUp === 0,
      brokenBy: ["sleep", "requeue"],
    },
    "The ailing partner is tried no more than four times": {
      holds: (found) => found.tries <= 4,
      brokenBy: ["requeue"],
    },
    "A short delay passes a long one": {
      holds: (found) => found.shortFirst,
      brokenBy: ["sleep", "requeue", "wait-queue"],
    },
    "One extra queue will do": {
      holds: (found) => found.extraQueues <= 1,
      brokenBy: ["wait-queue-per-delay"],
    },
  },

  measures: {
    "tries of the ailing partner": (found) => found.tries,
    "healthy messages held up": (found) => found.heldUp,
    "extra queues": (found) => found.extraQueues,
  },
});
