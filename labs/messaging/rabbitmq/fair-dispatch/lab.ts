// Two workers, twenty jobs, and the first job is a long one. If the broker may push as much as it
// likes, it deals the jobs out in turn as they come, and half of them end up behind the long one,
// while the other worker has nothing to do. A prefetch of one holds a job back until somebody asks
// for it by acknowledging the last. Without acknowledgements the limit counts nothing.

import { gate, lab, link, until } from "#kit";
import { oneByOne } from "#patterns/one-by-one";
import { quiet } from "#patterns/quiet";
import { rabbitmq } from "#services/rabbitmq";

const QUEUE = "jobs";

/** How many unacknowledged messages a worker may hold, 0 being no limit; and whether it acknowledges. */
type Dispatch = { prefetch: number; noAck: boolean };

const roundRobin: Dispatch = { prefetch: 0, noAck: false };
const prefetchOne: Dispatch = { prefetch: 1, noAck: false };
const autoAck: Dispatch = { prefetch: 1, noAck: true };

export default lab({
  title: "Fair dispatch with a prefetch of one",
  question: "Why does one worker sit idle while jobs wait behind the other?",
  services: { rabbitmq },
  knobs: { jobs: 20 },
  arms: { "round-robin": roundRobin, "prefetch-one": prefetchOne, "auto-ack": autoAck },

  async trial({ prefetch, noAck }, { rabbitmq, knobs: { jobs } }) {
    await using producer = await rabbitmq.confirmChannel();
    await producer.assertQueue(QUEUE);
    await using wire = await link(rabbitmq.address);
    const stuck = await rabbitmq.through(wire).channel();
    const quick = await rabbitmq.channel();
    for (const channel of [stuck, quick]) {
      await channel.prefetch(prefetch); // matters: No worker is idle while jobs wait
    }
    const longJob = gate();
    const done: number[] = [];
    const hands = await oneByOne(stuck, QUEUE, () => longJob.pass(), { noAck });
    await oneByOne(quick, QUEUE, ({ content }) => done.push(Number(content)), { noAck });

    for (let job = 0; job < jobs; job++) producer.sendToQueue(QUEUE, Buffer.from(String(job)));
    await producer.waitForConfirms();
    await quiet([stuck, quick], QUEUE, () => done.length + hands.count);
    const waiting = jobs - done.length - 1; // behind the one that is under way
    const meanwhile = { doneByQuick: done.length, heldByStuck: hands.count, waiting };

    wire.reset(); // the worker with the long job is gone
    const consumers = async () => (await producer.checkQueue(QUEUE)).consumerCount;
    await until("the broker to notice", async () => (await consumers()) === 1);
    await quiet([quick], QUEUE, () => done.length);
    return { ...meanwhile, lost: jobs - done.length };
  },

  claims: {
    "No worker is idle while jobs wait": {
      holds: (found) => found.waiting === 0,
      brokenBy: ["round-robin", "auto-ack"],
    },
    "A worker has its next job in hand when it finishes one": {
      holds: (found) => found.heldByStuck > 1,
      brokenBy: ["prefetch-one"],
    },
    "The jobs of a worker that is killed are done by the other": {
      holds: (found) => found.lost === 0,
      brokenBy: ["auto-ack"],
    },
  },

  measures: {
    "jobs done by the other while one is stuck": (found) => found.doneByQuick,
    "jobs held by the stuck one": (found) => found.heldByStuck,
    "jobs lost with it": (found) => found.lost,
  },
});
