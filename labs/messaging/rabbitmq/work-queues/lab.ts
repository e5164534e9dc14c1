// Four workers, and one of them is stuck with a job. If each has a queue of its own, the jobs behind
// the stuck one wait although three workers are idle. If all take from one queue, nobody waits, but
// then a customer's second job is done before the first. A queue that serves one worker at a time
// keeps them in order, and everybody waits.

import type { Options } from "amqplib";
import { gate, lab, repeat } from "#kit";
import { quiet } from "#patterns/quiet";
import { rabbitmq } from "#services/rabbitmq";

/** The queue of a worker, and of the jobs of a customer with the same number. */
type Arm = { queueOf(number: number): string; options: Options.AssertQueue };

const assigned: Arm = { queueOf: (number) => `jobs-${number}`, options: {} };

const shared: Arm = { queueOf: () => "jobs", options: {} };

const single: Arm = {
  queueOf: () => "jobs",
  options: {
    arguments: { "x-single-active-consumer": true }, // matters: A customer's jobs finish in order
  },
};

export default lab({
  title: "Work queues and competing consumers",
  question: "Should four workers share one queue, or should each have its own?",
  services: { rabbitmq },
  knobs: { workers: 4, customers: 8, jobs: 40 },
  arms: { assigned, shared, single },

  async trial({ queueOf, options }, { rabbitmq, knobs: { workers, customers, jobs } }) {
    await using producer = await rabbitmq.confirmChannel();
    await repeat(workers, (number) => producer.assertQueue(queueOf(number), options));
    const customerOf = (job: number) => job % customers;
    for (let job = 0; job < jobs; job++) {
      producer.sendToQueue(queueOf(customerOf(job) % workers), Buffer.from(String(job)));
    }
    await producer.waitForConfirms();

    const finished: number[] = [];
    const underWay = new Set<number>();
    let mostUnderWay = 0;
    const stuck = gate();
    const work = async (job: number) => {
      mostUnderWay = Math.max(mostUnderWay, underWay.add(job).size);
      if (job === 0) await stuck.pass();
      underWay.delete(job);
      finished.push(job);
    };
    const channels = await repeat(workers, async (number) => {
      const channel = await rabbitmq.channel();
      await channel.prefetch(1);
      await channel.consume(queueOf(number), async (message) => {
        if (!message) return;
        await work(Number(message.content));
        channel.ack(message);
      });
      return channel;
    });

    const standstill = () => quiet(channels, queueOf(0), () => finished.length);
    await standstill();
    const finishedMeanwhile = [...finished];
    stuck.open();
    await standstill();

    const others = finishedMeanwhile.filter((job) => customerOf(job) !== 0);
    const ofOthers = jobs - Math.ceil(jobs / customers);
    const overtaken = finished.filter((job, index) =>
      finished.slice(0, index).some((done) => done > job && customerOf(done) === customerOf(job)),
    );
    return {
      heldUp: ofOthers - others.length,
      finishedMeanwhile: finishedMeanwhile.length,
      overtaken: overtaken.length,
      unfinished: jobs - finished.length,
      mostUnderWay,
    };
  },

  claims: {
    "A stuck job holds up nobody else's": {
      holds: (found) => found.heldUp === 0,
      brokenBy: ["assigned", "single"],
    },
    "A customer's jobs finish in order": {
      holds: (found) => found.overtaken === 0,
      brokenBy: ["shared"],
    },
    "Two jobs are under way at the same time": {
      holds: (found) => found.mostUnderWay > 1,
      brokenBy: ["single"],
    },
  },

  measures: {
    "jobs finished while one is stuck": (found) => found.finishedMeanwhile,
    "jobs that were overtaken": (found) => found.overtaken,
    "most jobs under way at once": (found) => found.mostUnderWay,
  },
});
