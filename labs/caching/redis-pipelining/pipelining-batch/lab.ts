// A thousand prices have to be written. One by one, each waits for the reply to the one before. A
// pipeline sends them all and waits once. MSET is a single command: Redis does nothing else until
// it is done, and it has no room for an expiry.

import { countsOf, lab, link, numbered } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { stopAfter } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const HOUR_S = 3600;

/** Writes all prices, if possible so that each of them is gone after an hour. */
type Write = (client: Redis, prices: Map<string, number>) => Promise<unknown>;

const oneByOne: Write = async (client, prices) => {
  for (const [key, price] of prices) await client.set(key, price, "EX", HOUR_S);
};

const pipeline: Write = (client, prices) => {
  const batch = client.pipeline();
  for (const [key, price] of prices) batch.set(key, price, "EX", HOUR_S);
  return batch.exec();
};

const mset: Write = (client, prices) => client.mset(prices);

export default lab({
  title: "Batch operations - one by one, pipeline or MSET",
  question:
    "What do a pipeline and MSET each buy for a thousand writes, and what does each take away?",
  services: { redis },
  knobs: { keys: 1000, linkMs: { value: 0, from: 0, to: 5 } },
  arms: { "one-by-one": oneByOne, pipeline, mset },

  async trial(write, { redis, knobs }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const client = await redis.through(wire).connect({ retryStrategy: () => null });
    const observer = await redis.connect();
    const prices = new Map(numbered("price", knobs.keys).map((key, item) => [key, item]));

    wire.delay({ ms: knobs.linkMs });
    const start = performance.now();
    const { roundTrips, requests } = await countsOf(wire, () => write(client, prices));
    const milliseconds = performance.now() - start;
    wire.heal();
    const { calls, micros } = await workOn(redis, "mset", "set");
    const { "db0.keys": keys = 0, "db0.expires": expiring = 0 } = await redis.info("keyspace");

    // Once more, stopped half way, with a reader that looks at the first and at the last price.
    await observer.flushall();
    await stopAfter(wire, Math.floor(requests! / 2), () => write(client, prices));
    const [first, last] = await observer.mget("price-1", `price-${knobs.keys}`);
    wire.reset();
    return {
      milliseconds,
      roundTrips,
      commandMicroseconds: micros / calls,
      lasting: keys - expiring,
      half: first !== null && last === null,
    };
  },

  claims: {
    "The batch takes fewer than ten round trips": {
      holds: (found) => found.roundTrips < 10,
      brokenBy: ["one-by-one"],
    },
    "Every key has an expiry of its own": {
      holds: (found) => found.lasting === 0,
      brokenBy: ["mset"],
    },
    "No command keeps the server as long as ten SETs": {
      ratio: (found) => found.commandMicroseconds,
      to: "one-by-one",
      atMost: 10,
      brokenBy: ["mset"],
    },
    "No reader sees half of the batch": {
      holds: (found) => !found.half,
      brokenBy: ["one-by-one", "pipeline"],
    },
  },

  measures: {
    "round trips": (found) => found.roundTrips,
    "server time of a command": { unit: "us", of: (found) => found.commandMicroseconds },
    "total time": { unit: "ms", of: (found) => found.milliseconds },
    "keys without an expiry": (found) => found.lasting,
  },
});
