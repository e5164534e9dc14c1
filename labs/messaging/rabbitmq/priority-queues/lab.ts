// A hundred and fifty routine messages wait, and an urgent one comes. In a plain queue it waits
// behind them. A priority queue lets it pass, but only those that are still in the queue: what the
// consumer has in its hands can no longer be overtaken. And as long as urgent messages keep coming,
// nothing else is done, unless somebody is kept for it alone, who then often has nothing to do.

import type { Options } from "amqplib";
import { lab, sum } from "#kit";
import { type Hands, oneByOne } from "#patterns/one-by-one";
import { rabbitmq } from "#services/rabbitmq";

const ROUTINE = "jobs";
const URGENT = 9;

/** Where urgent messages go, how that queue is made, and how much a worker may have in its hands. */
type Arm = { urgentQueue: string; options: Options.AssertQueue; prefetch: number };

const fifo: Arm = { urgentQueue: ROUTINE, options: {}, prefetch: 1 };

const twoQueues: Arm = { ...fifo, urgentQueue: "urgent-jobs" };

const prefetched: Arm = { ...fifo, options: { maxPriority: 10 }, prefetch: 100 };

const priority: Arm = {
  ...prefetched,
  prefetch: 1, // matters: An urgent message is the next to be worked on
};

export default lab({
  title: "Priority queues, prefetch and starvation",
  question: "How does an urgent message get past a backlog, and who pays for it?",
  services: { rabbitmq },
  knobs: { backlog: { value: 150, from: 20, to: 1500 }, urgent: 3, urgentLoad: 100 },
  arms: { fifo, priority, "priority-prefetched": prefetched, "two-queues": twoQueues },

  async trial({ urgentQueue, options, prefetch }, { rabbitmq, knobs }) {
    await using producer = await rabbitmq.confirmChannel();
    const send = async (queue: string, kind: string, priority: number, count: number) => {
      for (let n = 0; n < count; n++) producer.sendToQueue(queue, Buffer.from(kind), { priority });
      await producer.waitForConfirms();
    };
    const queues = new Set([urgentQueue, ROUTINE]);
    for (const queue of queues) await producer.assertQueue(queue, options);
    await send(ROUTINE, "routine", 0, knobs.backlog);

    const workers = [...queues].map(() => ({ hands: { count: 1, most: 1 } as Hands, since: 0 }));
    const found = {
      before: 0,
      waitedFor: 0,
      urgentSent: 0,
      urgentDone: 0,
      idle: 0,
      routineDone: 0,
    };
    const total = knobs.urgent + knobs.urgentLoad;
    const over = Promise.withResolvers<void>();
    const sendUrgent = async (count: number) => {
      found.urgentSent += count;
      await send(urgentQueue, "urgent", URGENT, count);
    };
    const work = async (worker: (typeof workers)[number], kind: string) => {
      if (kind === "urgent") {
        if (found.urgentDone === 0) found.waitedFor = worker.since;
        found.urgentDone += 1;
        if (found.urgentSent < total) await sendUrgent(1); // urgent work keeps coming
        if (found.urgentDone === total) over.resolve();
      } else if (found.urgentSent > 0) {
        worker.since += 1;
      } else {
        found.before += 1;
        if (found.before < 10) return;
        found.idle = workers.filter(({ hands }) => hands.count === 0).length;
        await sendUrgent(knobs.urgent);
      }
    };
    for (const [index, queue] of [...queues].entries()) {
      const worker = workers[index]!;
      const channel = await rabbitmq.channel();
      await channel.prefetch(prefetch);
      worker.hands = await oneByOne(channel, queue, ({ content }) => work(worker, `${content}`));
    }
    await over.promise;
    found.routineDone = sum(workers.map(({ since }) => since));
    return { ...found, backlog: knobs.backlog };
  },

  claims: {
    "An urgent message is the next to be worked on": {
      holds: (found) => found.waitedFor === 0,
      brokenBy: ["fifo", "priority-prefetched"],
    },
    "An urgent message need not wait for the whole backlog": {
      holds: (found) => found.before + found.waitedFor < found.backlog,
      brokenBy: ["fifo"],
    },
    "Routine work gets done while urgent work keeps coming": {
      holds: (found) => found.routineDone > 0,
      brokenBy: ["priority"],
    },
    "No worker is idle while a message waits": {
      holds: (found) => found.idle === 0,
      brokenBy: ["two-queues"],
    },
  },

  measures: {
    "messages in front of the first urgent one": (found) => found.waitedFor,
    "routine messages done under urgent load": (found) => found.routineDone,
    "idle workers beside a backlog": (found) => found.idle,
  },
});
