// A consumer is far from its broker. With a prefetch of one it does a job, tells, and waits for the
// next to travel: a round trip for every message. Without a limit it never waits, because everything
// is in its memory, where no other worker can help with it, and from where everything comes again
// when it dies. The number in between is about what it can do in one round trip.

import { gate, lab, link, until } from "#kit";
import { type Hands, oneByOne } from "#patterns/one-by-one";
import { quiet } from "#patterns/quiet";
import { rabbitmq } from "#services/rabbitmq";

const QUEUE = "jobs";

const NO_LIMIT = 0;

export default lab({
  title: "Prefetch tuning over a slow link",
  question: "How many unacknowledged messages should a consumer have in hand?",
  services: { rabbitmq },
  knobs: { messages: 100, oneWayMs: 5 },
  arms: { one: 1, twenty: 20, unlimited: NO_LIMIT },

  async trial(prefetch, { rabbitmq, knobs: { messages, oneWayMs } }) {
    await using producer = await rabbitmq.confirmChannel();
    await producer.assertQueue(QUEUE);
    await using wire = await link(rabbitmq.address);
    const worker = async (on: typeof rabbitmq) => {
      const channel = await on.channel();
      await channel.prefetch(prefetch);
      return channel;
    };
    const publish = () => {
      for (let message = 0; message < messages; message++) {
        producer.sendToQueue(QUEUE, Buffer.from("{}"));
      }
      return producer.waitForConfirms();
    };

    await publish();
    const busy = await worker(rabbitmq.through(wire));
    const firstJob = gate();
    const held = await oneByOne(busy, QUEUE, () => firstJob.pass());
    await quiet([busy], QUEUE, () => held.count);
    const late = await worker(rabbitmq);
    const got = { jobs: 0, again: 0 };
    await oneByOne(late, QUEUE, ({ fields }) => {
      got.jobs += 1;
      if (fields.redelivered) got.again += 1;
    });
    await quiet([late], QUEUE, () => got.jobs);
    const lateShare = got.jobs;
    wire.reset(); // the busy worker is gone, in the middle of its first job
    await until("everything else to be done", () => got.jobs === messages);
    await late.close();

    await publish();
    wire.delay({ ms: oneWayMs });
    const distant = await worker(rabbitmq.through(wire));
    let hands: Hands | undefined;
    const alone = { done: 0, waits: 0 };
    hands = await oneByOne(distant, QUEUE, () => {
      alone.done += 1;
      if (hands?.count === 1) alone.waits += 1; // with this one done, it has nothing in hand
    });
    await until("the distant worker", () => alone.done === messages);
    return {
      waitsPerMessage: alone.waits / messages,
      mostHeld: held.most,
      lateShare,
      again: got.again,
    };
  },

  claims: {
    "A message does not cost a round trip": {
      holds: (found) => found.waitsPerMessage < 0.5,
      brokenBy: ["one"],
    },
    "A second worker that joins late gets a share": {
      holds: (found) => found.lateShare > 0,
      brokenBy: ["unlimited"],
    },
    "A worker never holds more than twenty messages": {
      holds: (found) => found.mostHeld <= 20,
      brokenBy: ["unlimited"],
    },
    "A worker that is killed leaves one message at most to be delivered again": {
      holds: (found) => found.again <= 1,
      brokenBy: ["twenty", "unlimited"],
    },
  },

  measures: {
    "waits per message": (found) => found.waitsPerMessage,
    "most messages in hand": (found) => found.mostHeld,
    "messages that the late worker got": (found) => found.lateShare,
    "messages delivered again": (found) => found.again,
  },
});
