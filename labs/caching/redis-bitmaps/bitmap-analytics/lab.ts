// Users are numbered, so the visitors of a day fit into one string of bits: a user's number is the
// position of the user's bit. Redis allocates every byte up to the highest bit that is set, so a
// bitmap costs what its largest number costs, whether one user came or a million did.

import assert from "node:assert/strict";
import { lab, numbered, Random } from "#kit";
import { bytesOfKeys, workOn } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

const SEGMENT = 65_536; // how many ids one piece of the segmented bitmap holds

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
  record: (client, day, ids) => Promise.all(ids.map((id) => client.setbit(day, id, 1))),
  async cameAlways(client, days) {
    await client.bitop("AND", "always", ...days);
    return client.bitcount("always");
  },
};

const segmented: Visits = {
  record(client, day, ids) {
    const sent = ids.map((id) => {
      let [segment, bit] = [0, id];
      [segment, bit] = [Math.floor(id / SEGMENT), id % SEGMENT]; // matters: One huge id costs under 1 MB
      return [client.setbit(`${day}:${segment}`, bit, 1), client.sadd("segments", segment)];
    });
    return Promise.all(sent.flat());
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

  async trial(visits, { redis, knobs: { users, days, outlierId } }) {
    const client = await redis.connect();
    const random = new Random(1);
    const week = numbered("day", days);
    let always = new Set(Array(users).keys());
    for (const day of week) {
      const came = [...Array(users).keys()].filter(() => random.chance(0.9));
      await visits.record(client, day, came);
      always = always.intersection(new Set(came));
    }
    const dense = await bytesOfKeys(client);
    await visits.record(client, week[0]!, [outlierId]);
    const bytesForOutlier = (await bytesOfKeys(client)) - dense;

    assert.equal(await visits.cameAlways(client, week), always.size);
    const { calls: commands } = await workOn(redis, "sinter", "smembers", "bitop", "bitcount");
    return { bytesPerUserAndDay: dense / users / days, bytesForOutlier, commands };
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
