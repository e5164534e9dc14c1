// A worker takes a job from a queue, does it, and acknowledges it. Before any of these steps it may
// be killed, and all that the broker knows then is whether the job was acknowledged. If that comes
// too early, nobody has the job any more; if it comes last, the next worker is given a job that is
// done. No order of the two makes it once. That takes the job's id, written in one transaction
// with the job's effect.

import { lab, link, until } from "#kit";
import { postgres } from "#services/postgres";
import { processes } from "#services/processes";
import { rabbitmq } from "#services/rabbitmq";
import { acknowledge, work, workOnce } from "./steps.ts";

const QUEUE = "jobs";

export default lab({
  title: "When to acknowledge a message",
  question: "Which jobs are lost, and which are done twice, when a worker is killed in the middle?",
  services: {
    rabbitmq,
    postgres,
    worker: processes.with({ module: import.meta.resolve("./worker.ts") }),
  },
  knobs: { jobs: { value: 30, from: 10, to: 300 } },
  traced: { jobs: 4 },
  arms: {
    "auto-ack": { acknowledged: "by itself", steps: [work] },
    "ack-first": { acknowledged: "in a step", steps: [acknowledge, work] },
    "ack-last": { acknowledged: "in a step", steps: [work, acknowledge] },
    "ack-last-once": { acknowledged: "in a step", steps: [workOnce, acknowledge] },
  },

  async trial({ acknowledged, steps }, { rabbitmq, postgres, worker, knobs: { jobs } }) {
    await using db = await postgres.connect();
    await db.query("CREATE TABLE effects (job text); CREATE TABLE handled (job text PRIMARY KEY)");
    await using wire = await link(postgres.address);
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertQueue(QUEUE);
    const send = (job: number) => {
      channel.sendToQueue(QUEUE, Buffer.from(String(job)));
      return channel.waitForConfirms();
    };

    const servers = { AMQP: rabbitmq.url, QUEUE, DB: postgres.through(wire).url };
    const names = steps.map(({ name }) => name).join(" ");
    const setting = { ...servers, ACKNOWLEDGED: acknowledged, STEPS: names };
    for (let job = 1; job < jobs; job++) await send(job);
    for (const step of steps.keys()) {
      await worker.start({ ...setting, STOP_BEFORE: step });
      await fetch(worker.urls[0]!); // is answered when it stands still in the middle of a job
      await worker.kill();
      const consumers = async () => (await channel.checkQueue(QUEUE)).consumerCount;
      await until("the broker to notice", async () => (await consumers()) === 0);
    }
    await worker.start(setting);
    await send(jobs); // when this one is done, no other is on its way any more
    const last = () => db.query("SELECT FROM effects WHERE job = $1", [jobs]);
    await until("the last job", async () => (await last()).rowCount === 1);
    await worker.stop();

    const { rows } = await db.query(
      "SELECT count(*)::int AS effects, count(DISTINCT job)::int AS done FROM effects",
    );
    const { effects, done } = rows[0];
    const { roundTrips, connections } = wire.counts(); // each connection is greeted in one
    return {
      kills: steps.length,
      lost: jobs - done,
      doneTwice: effects - done,
      statementsPerEffect: (roundTrips - connections) / effects,
    };
  },

  claims: {
    "No job is lost when a worker is killed": {
      holds: (found) => found.lost === 0,
      brokenBy: ["auto-ack", "ack-first"],
    },
    "No job takes effect twice": {
      holds: (found) => found.doneTwice === 0,
      brokenBy: ["ack-last"],
    },
    "A kill costs one job at most": {
      holds: (found) => found.lost <= found.kills,
      brokenBy: ["auto-ack"],
    },
    "One statement per job will do": {
      holds: (found) => found.statementsPerEffect === 1,
      brokenBy: ["ack-last-once"],
    },
  },

  measures: {
    "jobs lost": (found) => found.lost,
    "jobs done twice": (found) => found.doneTwice,
    "statements per job": (found) => found.statementsPerEffect,
  },
});
