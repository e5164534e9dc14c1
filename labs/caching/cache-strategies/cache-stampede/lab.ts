// The price of a product is kept in Redis, and expires. At that moment everybody who wants it finds
// nothing, goes to the database, and asks the same question. A process can keep its own readers from
// that, and knows nothing of the other processes. A lock in Redis knows of all. But then everybody
// waits for one, who may die; unless there is an old price to be had meanwhile.

import { lab, sum } from "#kit";
import { postgres } from "#services/postgres";
import { processes } from "#services/processes";
import { redis } from "#services/redis";
import { EXPIRED, LOCK, lock, lockStale, plain, singleFlight } from "./strategies.ts";

export default lab({
  title: "Cache stampede on a hot key",
  question:
    "One hot key expires while many requests want it: how many go to the database, and who waits for whom?",
  services: {
    redis,
    postgres,
    shop: processes.with({ module: import.meta.resolve("./shop.ts"), count: 3 }),
  },
  knobs: { readers: { value: 10, from: 1, to: 25 } },
  arms: { plain, "single-flight": singleFlight, lock, "lock-stale": lockStale },

  async trial(_strategy, { redis, postgres, shop, knobs: { readers }, arm }) {
    const cache = await redis.connect();
    const db = await postgres.connect();
    await db.query("CREATE SEQUENCE queries");
    const servers = { REDIS: redis.url, DATABASE: postgres.url };
    await shop.start({ ...servers, READERS: readers, STRATEGY: arm });

    const queries = async () => {
      const { rows } = await db.query("SELECT last_value::int AS made FROM queries");
      return rows[0].made;
    };
    /** Lets everybody want the price at once, and answers the queries when all have settled. */
    const expiry = async (beforeAnswer: () => Promise<unknown>) => {
      await cache.flushall();
      await cache.set(EXPIRED, "expired"); // and the price itself is gone
      await db.query("SELECT pg_advisory_lock(1)");
      const wanted = shop.urls.flatMap((url) =>
        Array.from({ length: readers }, () => fetch(url, { headers: { connection: "close" } })),
      );
      const answers = await Promise.all(wanted);
      await beforeAnswer();
      await db.query("SELECT pg_advisory_unlock(1)");
      const prices = await Promise.allSettled(answers.map((answer) => answer.text()));
      return prices.flatMap((price) => (price.status === "fulfilled" ? [price.value] : []));
    };

    const prices = await expiry(async () => {});
    const made = await queries();
    const expired = prices.filter((price) => price === "expired").length;

    let begun = 0;
    const survivors = await expiry(async () => {
      begun = await queries();
      await shop.kill((await cache.get(LOCK)) ?? shop.instances[0]);
      await cache.pexpire(LOCK, 0); // as it does by itself in the end; the lab does not sit it out
    });
    return {
      queries: made,
      processes: shop.instances.length,
      expired,
      waited: prices.length - made - expired,
      heldUp: sum(survivors.map((price) => (Number(price) > begun ? 1 : 0))),
    };
  },

  claims: {
    "No process asks more than once": {
      holds: (found) => found.queries <= found.processes,
      brokenBy: ["plain"],
    },
    "One query serves all processes": {
      holds: (found) => found.queries === 1,
      brokenBy: ["plain", "single-flight"],
    },
    "A killed process keeps nobody waiting": {
      holds: (found) => found.heldUp === 0,
      brokenBy: ["lock"],
    },
    "Nobody is given an expired value": {
      holds: (found) => found.expired === 0,
      brokenBy: ["lock-stale"],
    },
  },

  measures: {
    "queries per expiry": (found) => found.queries,
    "readers that waited": (found) => found.waited,
    "readers held up by a dead process": (found) => found.heldUp,
    "expired values given out": (found) => found.expired,
  },
});
