// Producers push jobs onto a list and workers pop them. Popping hands over the only copy there is:
// when the worker dies with it, nobody knows of the job any more. A worker that moves the job into
// a list of its own leaves a trace, and somebody can bring the job back - even one that was done.

import { setTimeout as sleep } from "node:timers/promises";
import { contend, countsOf, lab, link, numbered } from "#kit";
import { redisAges, redisNow } from "#patterns/redis-clock";
import { workOn } from "#patterns/redis-cost";
import { type Redis, type RedisFace, redis } from "#services/redis";

const JOBS = "jobs";
const STOP = "stop"; // ends the worker that takes it
const own = (worker: string) => `jobs of ${worker}`;

interface Queue {
  /** Waits for a job and takes it. */
  take(client: Redis, worker: string): Promise<string>;
  /** Called when the job is done. */
  finish?(client: Redis, worker: string, job: string): Promise<unknown>;
  /** Brings back what a dead worker had in hand. */
  recover?(client: Redis, worker: string): Promise<unknown>;
}

const polling: Queue = {
  async take(client) {
    for (;;) {
      const job = await client.rpop(JOBS);
      if (job !== null) return job;
      await sleep(10);
    }
  },
};

const blocking: Queue = {
  take: async (client) => (await client.brpop(JOBS, 0))![1],
};

const reliable: Queue = {
  take: async (client, worker) => (await client.blmove(JOBS, own(worker), "RIGHT", "LEFT", 0))!,
  finish: (client, worker, job) => client.lrem(own(worker), 1, job),
  async recover(client, worker) {
    await client.lmove(own(worker), JOBS, "RIGHT", "RIGHT"); // matters: A job whose worker is killed gets done all the same
  },
};

export default lab({
  title: "A job queue from a list",
  question:
    "A worker is killed in the middle of a job - is the job lost, done twice, or done once?",
  services: { redis },
  knobs: { jobs: 200, workers: 4 },
  arms: { polling, blocking, reliable },

  async trial(queue, { redis, knobs }) {
    const client = await redis.connect();
    await using wire = await link(redis.address);
    const connect = () => redis.through(wire).connect();
    const jobs = numbered("job", knobs.jobs);
    const done: string[] = [];
    await client.lpush(JOBS, ...jobs);

    const inTheMiddle = await connect();
    await queue.take(inTheMiddle, "first");
    inTheMiddle.disconnect(); // killed with a job in hand
    const justDone = await connect();
    done.push(await queue.take(justDone, "second"));
    justDone.disconnect(); // killed when the job is done and nobody knows yet
    for (const dead of ["first", "second"]) await queue.recover?.(client, dead);

    await client.lpush(JOBS, ...Array(knobs.workers).fill(STOP));
    const work = async (worker: Redis, index: number) => {
      const next = () => queue.take(worker, `worker ${index}`);
      for (let job = await next(); job !== STOP; job = await next()) {
        done.push(job);
        await queue.finish?.(worker, `worker ${index}`, job);
      }
    };
    const { roundTrips } = await countsOf(wire, () => contend(knobs.workers, connect, work));
    return {
      lost: jobs.filter((job) => !done.includes(job)).length,
      doneTwice: done.length - new Set(done).size,
      roundTripsPerJob: roundTrips / jobs.length,
      idleCommandsPerSecond: await idleCommands(queue, redis),
    };
  },

  claims: {
    "A job whose worker is killed gets done all the same": {
      holds: (found) => found.lost === 0,
      brokenBy: ["polling", "blocking"],
    },
    "No job is done twice": { holds: (found) => found.doneTwice === 0, brokenBy: ["reliable"] },
    "An idle worker sends under ten commands a second": {
      holds: (found) => found.idleCommandsPerSecond < 10,
      brokenBy: ["polling"],
    },
  },

  measures: {
    "jobs lost": (found) => found.lost,
    "jobs done twice": (found) => found.doneTwice,
    "commands of an idle worker in a second": (found) => found.idleCommandsPerSecond,
    "round trips per job": (found) => found.roundTripsPerJob,
  },
});

/** How many commands a worker sends in a second while the queue is empty. */
async function idleCommands(queue: Queue, redis: RedisFace): Promise<number> {
  const [client, worker] = [await redis.connect(), await redis.connect()];
  const idle = queue.take(worker, "idle");
  await client.config("RESETSTAT");
  const began = await redisNow(client);
  await redisAges(client, 300);
  const { calls } = await workOn(redis, "rpop", "brpop", "blmove");
  const seconds = ((await redisNow(client)) - began) / 1_000;
  await client.lpush(JOBS, STOP);
  await idle;
  return calls / seconds;
}
