// A geo set remembers where, and not when. The phone of a driver dies, no report comes any more, and
// the last position stays in the set for good: only a whole key can expire, a member cannot. The
// time must be kept somewhere else, beside the positions or in the name of the key.

import { lab, numbered, Random, until } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { around, type Position, scattered } from "#patterns/sphere";
import { type Redis, redis } from "#services/redis";

const JAKARTA = { latitude: -6.2, longitude: 106.816 };
const AREA = around(JAKARTA, 50_000);
type Reports = ReadonlyMap<string, Position>;

interface Tracker {
  /** Takes in what the drivers report at the time `now`, in milliseconds. */
  report(client: Redis, drivers: Reports, now: number): Promise<unknown>;
  /** The drivers that a passenger in the city is offered. */
  offered(client: Redis, now: number): Promise<string[]>;
}

const entries = (drivers: Reports) =>
  [...drivers].flatMap(([name, place]) => [place.longitude, place.latitude, name]);

const geoOnly = (): Tracker => ({
  report: (client, drivers) => client.geoadd("drivers", ...entries(drivers)),
  offered: async (client) => (await client.geosearch("drivers", ...AREA)) as string[],
});

const lastSeen = (patienceMs: number): Tracker => ({
  async report(client, drivers, now) {
    await client.geoadd("drivers", ...entries(drivers));
    await client.zadd("seen", ...[...drivers.keys()].flatMap((name) => [now, name]));
  },
  async offered(client, now) {
    const names = (await client.geosearch("drivers", ...AREA)) as string[];
    const seen = await client.zmscore("seen", ...names);
    return names.filter((_, index) => now - Number(seen[index]) < patienceMs);
  },
});

const timeBuckets = (patienceMs: number): Tracker => {
  const bucketMs = patienceMs / 2;
  const bucket = (now: number) => `drivers:${Math.floor(now / bucketMs)}`;
  return {
    async report(client, drivers, now) {
      await client.geoadd(bucket(now), ...entries(drivers));
      await client.pexpire(bucket(now), patienceMs); // matters: The memory of silent drivers comes back by itself
    },
    async offered(client, now) {
      const newest = await client.geosearch(bucket(now), ...AREA);
      const before = await client.geosearch(bucket(now - bucketMs), ...AREA);
      return [...newest, ...before] as string[];
    },
  };
};

export default lab({
  title: "Moving objects and stale positions",
  question: "A driver's phone dies - how long do passengers go on being offered that car?",
  services: { redis },
  knobs: { drivers: 500, bucketMs: 500 },
  arms: { "geo-only": geoOnly, "last-seen": lastSeen, "time-buckets": timeBuckets },

  async trial(build, { redis, knobs: { drivers, bucketMs } }) {
    const client = await redis.connect();
    const tracker = build(2 * bucketMs);
    const random = new Random(1);
    // The time is the lab's own, so that it does not matter how fast the machine is.
    const report = (names: readonly string[], now: number) => {
      const places = scattered(random, JAKARTA, names.length, 5_000);
      const reports = new Map(names.map((name, index) => [name, places[index]!]));
      return tracker.report(client, reports, now);
    };
    const [silent, alive] = [numbered("silent", drivers / 2), numbered("alive", drivers / 2)];
    await report([...silent, ...alive], 0);
    await report([...silent, ...alive], bucketMs);
    const early = await tracker.offered(client, bucketMs);
    await report(alive, 2 * bucketMs);
    await report(alive, 3 * bucketMs);
    const late = new Set(await tracker.offered(client, 3 * bucketMs));
    const { calls } = await workOn(redis, "geosearch", "zmscore");

    const expiring = async () => (await redis.info("keyspace"))["db0.expires"] ?? 0;
    await until("all keys with an expiry to be gone", async () => (await expiring()) === 0);
    const sets = (await client.keys("*")).map((key) => client.zrange(key, 0, "-1"));
    const left = (await Promise.all(sets)).flat();
    return {
      twice: early.length - new Set(early).size,
      silentOffered: silent.filter((name) => late.has(name)).length,
      aliveMissing: alive.filter((name) => !late.has(name)).length,
      silentEntries: left.filter((name) => silent.includes(name)).length,
      commandsPerSearch: calls / 2,
    };
  },

  claims: {
    "A driver who has fallen silent is no longer offered": {
      holds: (found) => found.silentOffered === 0,
      brokenBy: ["geo-only"],
    },
    "No driver turns up twice": { holds: (found) => found.twice === 0, brokenBy: ["time-buckets"] },
    "The memory of silent drivers comes back by itself": {
      holds: (found) => found.silentEntries === 0,
      brokenBy: ["geo-only", "last-seen"],
    },
    "A search is one command": {
      holds: (found) => found.commandsPerSearch === 1,
      brokenBy: ["last-seen", "time-buckets"],
    },
  },

  measures: {
    "silent drivers offered": (found) => found.silentOffered,
    "living drivers not offered": (found) => found.aliveMissing,
    "drivers seen twice": (found) => found.twice,
    "entries left": (found) => found.silentEntries,
    "commands per search": (found) => found.commandsPerSearch,
  },
});
