// A consumer group hands every entry of a stream to one of its workers and remembers to whom, until
// that worker acknowledges it. What a dead worker had in hand can be claimed by another. Whether a
// worker is dead or only slow nobody can tell: there is a limit of patience, and that is a guess.

import { contend, lab, repeat } from "#kit";
import { redisAges } from "#patterns/redis-clock";
import { type Redis, redis } from "#services/redis";

const STREAM = "orders";
const GROUP = "packers";
const BATCH = 5;

interface Way {
  /** The ids of the next entries for a worker that has seen all up to `last`. */
  read(client: Redis, worker: string, last: string): Promise<string[]>;
  /** Called when the entries are done. */
  finish?(client: Redis, ids: readonly string[]): Promise<unknown>;
  /** The ids of entries that have been in somebody's hands for too long; they are this worker's now. */
  claim?(client: Redis, worker: string, minIdleMs: number): Promise<string[]>;
}

type Entry = readonly [id: string, fields: unknown];
const idsOf = (streams: readonly (readonly [string, readonly Entry[]])[] | null) =>
  (streams ?? []).flatMap(([, entries]) => entries.map(([id]) => id));

const readAll: Way = {
  read: async (client, _worker, last) =>
    idsOf(await client.xread("COUNT", BATCH, "STREAMS", STREAM, last)),
};

const noack: Way = {
  async read(client, worker) {
    const options = ["COUNT", BATCH, "NOACK", "STREAMS", STREAM, ">"] as const;
    return idsOf(await client.xreadgroup("GROUP", GROUP, worker, ...options));
  },
};

async function claimIdle(client: Redis, worker: string, minIdleMs: number): Promise<string[]> {
  const reply = await client.xautoclaim(STREAM, GROUP, worker, minIdleMs, "-");
  return (reply[1] as Entry[]).map(([id]) => id);
}

const group: Way = {
  async read(client, worker) {
    const options = ["COUNT", BATCH, "STREAMS", STREAM, ">"] as const;
    return idsOf(await client.xreadgroup("GROUP", GROUP, worker, ...options));
  },
  finish: (client, ids) => client.xack(STREAM, GROUP, ...ids),
  claim: claimIdle, // matters: An entry whose worker is killed is done all the same
};

export default lab({
  title: "Streams and consumer groups",
  question:
    "Four workers share a stream - who does what, when one is killed and another merely slow?",
  services: { redis },
  knobs: { entries: { value: 200, from: 20, to: 2_000 }, minIdleMs: 100 },
  arms: { "read-all": readAll, noack, group },

  async trial(way, { redis, knobs }) {
    const client = await redis.connect();
    await client.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM");
    const entries = await repeat(knobs.entries, (n) => client.xadd(STREAM, "*", "order", n));

    const given: string[] = [];
    const done: string[] = [];
    const read = async (worker: Redis, name: string, last = "0") => {
      const ids = await way.read(worker, name, last);
      given.push(...ids);
      return ids;
    };
    const finish = async (worker: Redis, ids: readonly string[]) => {
      done.push(...ids);
      if (ids.length > 0) await way.finish?.(worker, ids);
    };
    const work = async (worker: Redis, name: string, last = "0") => {
      for (let ids = [last]; ids.length > 0; await finish(worker, ids)) {
        ids = await read(worker, name, ids.at(-1));
      }
    };

    const dead = await redis.connect();
    await read(dead, "dead");
    dead.disconnect(); // killed with five entries in hand
    const slow = await redis.connect();
    const inHand = await read(slow, "slow");
    await contend(2, redis.connect, (worker, index) => work(worker, `worker ${index}`));

    await redisAges(client, knobs.minIdleMs);
    await finish(client, (await way.claim?.(client, "worker 0", knobs.minIdleMs)) ?? []);
    await finish(slow, inHand); // the slow one goes on where it stood
    await work(slow, "slow", inHand.at(-1));
    return {
      givenTwice: given.length - new Set(given).size,
      lost: entries.filter((id) => !done.includes(id!)).length,
      doneTwice: done.length - new Set(done).size,
      pending: (await client.xpending(STREAM, GROUP))[0] as number,
    };
  },

  claims: {
    "An entry is given to one worker and not to all": {
      holds: (found) => found.givenTwice === 0,
      brokenBy: ["read-all"],
    },
    "An entry whose worker is killed is done all the same": {
      holds: (found) => found.lost === 0,
      brokenBy: ["noack"],
    },
    "No entry is done twice": {
      holds: (found) => found.doneTwice === 0,
      brokenBy: ["read-all", "group"],
    },
  },

  measures: {
    "entries lost": (found) => found.lost,
    "entries done twice": (found) => found.doneTwice,
    "entries pending": (found) => found.pending,
  },
});
