// A lock in Redis must expire, or a holder that dies keeps everybody out. But an expiry runs on while
// its holder stands still: a long garbage collection, a laptop that sleeps, a stopped process. It
// wakes up behind the check, where nothing asks again, and writes although another has the lock.

import { lab } from "#kit";
import { redisAges } from "#patterns/redis-clock";
import { type Redis, redis } from "#services/redis";

const LOCK = "lock:report";
const LONG_MS = 60_000; // so that the second holder's lock does not run out during the trial

/** What the lock protects. It notes who wrote, in order, and the highest turn that it was told. */
interface Storage {
  readonly writes: string[];
  newest: number;
}

interface Lock {
  /** Takes the lock; returns the number of the turn, 0 in arms that count none, or undefined. */
  take(client: Redis, owner: string, ttlMs: number): Promise<number | undefined>;
  release(client: Redis, owner: string): Promise<unknown>;
  write(storage: Storage, author: string, turn: number): void;
}

const noExpiry: Lock = {
  take: async (client) => ((await client.setnx(LOCK, "taken")) ? 0 : undefined),
  release: (client) => client.del(LOCK),
  write: (storage, author) => storage.writes.push(author),
};

const noOwner: Lock = {
  ...noExpiry,
  take: async (client, _owner, ttlMs) =>
    (await client.set(LOCK, "taken", "PX", ttlMs, "NX")) ? 0 : undefined,
};

const RELEASE_OWN = `
  if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end`;

const ownerToken: Lock = {
  ...noOwner,
  take: async (client, owner, ttlMs) =>
    (await client.set(LOCK, owner, "PX", ttlMs, "NX")) ? 0 : undefined,
  release: (client, owner) => client.eval(RELEASE_OWN, 1, LOCK, owner),
};

// The number comes with the lock: whoever stood still between the two would get one too high.
const TAKE_NUMBERED = `
  if redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2], "NX") then
    return redis.call("INCR", KEYS[2])
  end`;

const fencing: Lock = {
  ...ownerToken,
  async take(client, owner, ttlMs) {
    const turn = await client.eval(TAKE_NUMBERED, 2, LOCK, `${LOCK}:turn`, owner, ttlMs);
    return turn === null ? undefined : Number(turn);
  },
  write(storage, author, turn) {
    if (turn < storage.newest) return; // matters: A holder that stood still overwrites nothing
    storage.newest = turn;
    storage.writes.push(author);
  },
};

export default lab({
  title: "Distributed lock with fencing tokens",
  question:
    "A process holds the lock, is paused past its expiry and wakes up - what does it overwrite?",
  services: { redis },
  knobs: { ttlMs: 100 },
  arms: { "no-expiry": noExpiry, "no-owner": noOwner, "owner-token": ownerToken, fencing },

  async trial(lock, { redis, knobs: { ttlMs } }) {
    const [dying, holder] = [await redis.connect(), await redis.connect()];
    const other = await redis.connect();
    await lock.take(dying, "dying", ttlMs);
    dying.disconnect(); // killed: it never gives the lock back
    await redisAges(other, ttlMs);
    const free = (await lock.take(other, "other", ttlMs)) !== undefined;

    await other.del(LOCK);
    const storage: Storage = { writes: [], newest: 0 };
    const turn = await lock.take(holder, "holder", ttlMs);
    await redisAges(other, ttlMs); // the holder stands still, and its lock runs out
    const next = await lock.take(other, "other", LONG_MS);
    if (next !== undefined) lock.write(storage, "other", next);
    lock.write(storage, "holder", turn!); // it wakes up where it stood
    await lock.release(holder, "holder");
    return {
      free,
      overwritten: storage.writes.join() === "other,holder",
      freedByStranger: next !== undefined && (await other.exists(LOCK)) === 0,
      storageKeeps: storage.newest,
    };
  },

  claims: {
    "A holder that dies does not lock the others out": {
      holds: (found) => found.free,
      brokenBy: ["no-expiry"],
    },
    "Nobody frees a lock that belongs to someone else": {
      holds: (found) => !found.freedByStranger,
      brokenBy: ["no-owner"],
    },
    "A holder that stood still overwrites nothing": {
      holds: (found) => !found.overwritten,
      brokenBy: ["no-owner", "owner-token"],
    },
    "The storage needs to know nothing of the lock": {
      holds: (found) => found.storageKeeps === 0,
      brokenBy: ["fencing"],
    },
  },

  measures: {
    "writes out of turn": (found) => Number(found.overwritten),
    "locks freed by a stranger": (found) => Number(found.freedByStranger),
    "holders locked out for good": (found) => Number(!found.free),
  },
});
