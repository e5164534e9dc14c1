// A worker holds a lock on its job and renews it while the job runs. A lock that nobody renews runs
// out, the next check for stalled jobs finds it, and the job goes to another worker: that is how the
// work of a dead one is taken up. But who computes without a pause cannot renew anything, and looks
// just as dead. A long lock gives it time, and gives the dead as much. What helps is a worker that
// still breathes while the job computes, because it has given the job to a child process.

import { Queue, Worker } from "bullmq";
import { closing, lab, until } from "#kit";
import { processes } from "#services/processes";
import { redis } from "#services/redis";

const QUEUE = "reports";
const STARTS = "starts";
const LAST_CHECK = `bull:${QUEUE}:stalled-check`; // when somebody has looked for stalled jobs

/** How long a lock holds that is not renewed, and where a job runs that is not run in the worker. */
type Keeping = { lockDuration: number; runsIn?: "child" };

const shortLock: Keeping = { lockDuration: 600 };
const longLock: Keeping = { lockDuration: 30_000 };
const sandboxed: Keeping = {
  lockDuration: 600,
  runsIn: "child", // matters: A job that is still running is not started a second time
};

export default lab({
  title: "BullMQ: stalled jobs and the length of a lock",
  question: "How does a queue tell a dead worker from a busy one?",
  services: { redis, worker: processes.with({ module: import.meta.resolve("./worker.ts") }) },
  knobs: { checks: { value: 10, from: 8, to: 40 } },
  arms: { "short-lock": shortLock, "long-lock": longLock, sandboxed },

  async trial({ lockDuration, runsIn = "worker" }, { redis, worker, knobs: { checks } }) {
    await using client = await redis.connect();
    const connection = { url: redis.url, maxRetriesPerRequest: null };
    const options = { lockDuration, lockRenewTime: 100, stalledInterval: 120 };
    const servers = { REDIS: redis.url, QUEUE, RUNS_IN: runsIn };
    await worker.start({ ...servers, OPTIONS: JSON.stringify(options) });
    const workerPid = await (await fetch(worker.urls[0]!)).text();
    await using queue = closing(new Queue(QUEUE, { connection }), (queue) => queue.close());
    await queue.add("report", { redis: redis.url, starts: STARTS });
    const jobPid = await until("the job to begin", () => client.lindex(STARTS, 0));

    let startedAgain = false;
    const takeUp = () => {
      startedAgain = true;
      return new Promise(() => {}); // with its event loop free, so that its own lock is renewed
    };
    const other = new Worker(QUEUE, takeUp, { connection, ...options });
    await using _other = closing(other, (other) => other.close(true));

    /** Resolves when the job has been started again, or after so many checks; returns the number. */
    const watch = async () => {
      const seen = new Set<string>();
      return until("the checks", async () => {
        const last = await client.get(LAST_CHECK);
        if (last) seen.add(last);
        return (startedAgain || seen.size > checks) && seen.size;
      });
    };
    await watch();
    const startedWhileRunning = startedAgain;
    await worker.kill();
    const checksAfterKill = await watch();
    return {
      startedWhileRunning,
      takenUp: startedAgain,
      starts: startedAgain ? 2 : 1,
      checksAfterKill,
      processes: jobPid === workerPid ? 1 : 2,
    };
  },

  claims: {
    "A job that is still running is not started a second time": {
      holds: (found) => !found.startedWhileRunning,
      brokenBy: ["short-lock"],
    },
    "The job of a worker that was killed is taken up within ten checks": {
      holds: (found) => found.takenUp,
      brokenBy: ["long-lock"],
    },
    "A worker is one process": {
      holds: (found) => found.processes === 1,
      brokenBy: ["sandboxed"],
    },
  },

  measures: {
    "starts of the job": (found) => found.starts,
    "checks watched after the kill": (found) => found.checksAfterKill,
    "processes per worker": (found) => found.processes,
  },
});
