// Users are numbered, so the visitors of a day fit into one string of bits: a user's number is the
// position of the user's bit. Redis allocates every byte up to the highest bit that is set, so a
// bitmap costs what its largest number costs, whether one user came or a million did.

import assert from "node:assert/strict";
import { lab, Random, sum } from "#kit";
import { type Redis, redis } from "#services/redis";

/** How many ids one piece of the segmented bitmap holds. */
const SEGMENT = 65_536;

/** The commands that the arms ask their question with. */
const QUESTION = ["sinter", "smembers", "bitop", "bitcount"];

interface Visits {
  /** Notes that these users came on that day. */
  record(client: Redis, day: string, ids: readonly number[]): Promise<unknown>;
  /** How many users came on every one of the days. */
  cameAlways(client: Redis, days: readonly string[]): Promise<number>;
}

const set: Visits = {
  record: (client, day, ids) => client.sadd(day, ...ids),
  cameAlways: async (client, days) => (await client.sinter(...days)).length,
};

const bitmap: Visits = {
  async record(client, day, ids) {
    const pipeline = client.pipeline();
    for (const id of ids) pipeline.setbit(day, id, 1);
    await pipeline.exec();
  },
  async cameAlways(client, days) {
    await client.bitop("AND", "always", ...days);
    return client.bitcount("always");
  },
};

const segmented: Visits = {
  async record(client, day, ids) {
    const pipeline = client.pipeline();
    for (const id of ids) {
      let [segment, bit] = [0, id];
      [segment, bit] = [Math.floor(id / SEGMENT), id % SEGMENT]; // matters: One huge id costs under 1 MB
      pipeline.setbit(`${day}:${segment}`, bit, 1);
      pipeline.sadd("segments", segment);
    }
    await pipeline.exec();
  },
  async cameAlways(client, days) {
    let users = 0;
    for (const segment of await client.smembers("segments")) {
      await client.bitop("AND", "always", ...days.map((day) => `${day}:${segment}`));
      users += await client.bitcount("always");
    }
    return users;
  },
};

export default lab({
  title: "Bit operations for analytics",
  question:
    "Who came on all seven days - and what does it cost to know when ids are dense, and when one of them is huge?",
  services: { redis },
  knobs: {
    users: 10_000,
    days: 7,
    outlierId: { value: 500_000_000, from: 100_000, to: 1_000_000_000 },
  },
  arms: { set, bitmap, segmented },

  async trial(visits, { redis, knobs }) {
    const client = await redis.connect();
    await client.flushall();
    const random = new Random(1);
    const users = Array.from({ length: knobs.users }, (_, id) => id);
    const days = Array.from({ length: knobs.days }, (_, day) => `day:${day}`);
    const came = days.map(() => users.filter(() => random.chance(0.9)));
    for (const [day, ids] of came.entries()) await visits.record(client, days[day]!, ids);
    const dense = await bytesOfAllKeys(client);

    await visits.record(client, days[0]!, [knobs.outlierId]);
    const outlier = (await bytesOfAllKeys(client)) - dense;

    await client.config("RESETSTAT");
    const always = await visits.cameAlways(client, days);
    const calls = await redis.info("commandstats");
    const truth = came.map((ids) => new Set(ids)).reduce((all, one) => all.intersection(one));
    assert.equal(always, truth.size);
    return {
      bytesPerUserAndDay: dense / users.length / days.length,
      bytesForOutlier: outlier,
      commands: sum(QUESTION.map((command) => calls[`cmdstat_${command}.calls`] ?? 0)),
    };
  },

  claims: {
    "A day costs under one byte for each user": {
      holds: (found) => found.bytesPerUserAndDay < 1,
      brokenBy: ["set"],
    },
    "One huge id costs under 1 MB": {
      holds: (found) => found.bytesForOutlier < 1_000_000,
      brokenBy: ["bitmap"],
    },
    "Who came every day takes two commands at most": {
      holds: (found) => found.commands <= 2,
      brokenBy: ["segmented"],
    },
  },

  measures: {
    "bytes per user and day": { unit: "bytes", of: (found) => found.bytesPerUserAndDay },
    "bytes for one outlier": { unit: "bytes", of: (found) => found.bytesForOutlier },
    "commands per question": (found) => found.commands,
  },
});

async function bytesOfAllKeys(client: Redis): Promise<number> {
  const sizes = (await client.keys("*")).map((key) => client.memory("USAGE", key, "SAMPLES", 0));
  return sum((await Promise.all(sizes)) as number[]);
}
