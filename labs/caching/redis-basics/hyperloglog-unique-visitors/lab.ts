// To count different people one must remember who has been counted, which takes memory for each of
// them. A HyperLogLog remembers only how rare the rarest hashes were, in 12 kB at most, and infers
// how many there must have been. Two of them can be merged; their counts cannot be added.

import { lab, numbered, sum } from "#kit";
import { bytesOfKeys } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

interface Counter {
  /** Notes the visitors of a day. */
  add(client: Redis, day: string, visitors: readonly string[]): Promise<unknown>;
  /** How many different people came on these days. */
  count(client: Redis, days: readonly string[]): Promise<number>;
  /** Whether this person came on one of them, as well as the counter can tell. */
  came(client: Redis, days: readonly string[], person: string): Promise<boolean>;
}

const sets: Counter = {
  add: (client, day, visitors) => client.sadd(day, ...visitors),
  count: async (client, days) => (await client.sunion(...days)).length,
  async came(client, days, person) {
    const answers = days.map((day) => client.sismember(day, person));
    return (await Promise.all(answers)).includes(1);
  },
};

const sumOfDays: Counter = {
  add: (client, day, visitors) => client.pfadd(day, ...visitors),
  count: async (client, days) => sum(await Promise.all(days.map((day) => client.pfcount(day)))),
  // Adding a person who is known changes nothing. Adding a stranger often changes nothing either.
  async came(client, days, person) {
    await client.pfmerge(`copy for ${person}`, ...days);
    return (await client.pfadd(`copy for ${person}`, person)) === 0;
  },
};

const hyperloglog: Counter = {
  ...sumOfDays,
  async count(client, days) {
    let groups = days.map((day) => [day]);
    groups = [[...days]]; // matters: Someone who comes every day counts once
    return sum(await Promise.all(groups.map((group) => client.pfcount(...group))));
  },
};

export default lab({
  title: "HyperLogLog for unique visitors",
  question:
    "How many different people came this week, in how many bytes, and how wrong is the answer?",
  services: { redis },
  knobs: { visitorsPerDay: 10_000, days: 7 },
  arms: { "sum-of-days": sumOfDays, sets, hyperloglog },

  async trial(counter, { redis, knobs: { visitorsPerDay, days } }) {
    const client = await redis.connect();
    const everybody = new Set<string>();
    const week = numbered("day", days);
    for (const day of week) {
      const regulars = numbered("regular", visitorsPerDay / 2); // the same every day
      const came = [...regulars, ...numbered(`guest on ${day}`, visitorsPerDay / 2)];
      await counter.add(client, day, came);
      for (const person of came) everybody.add(person);
    }
    const bytes = await bytesOfKeys(client);

    const excess = (await counter.count(client, week)) / everybody.size - 1;
    const strangers = numbered("stranger", 100);
    const known = await Promise.all(strangers.map((one) => counter.came(client, week, one)));
    const strangersKnown = known.filter(Boolean).length;
    return { excess, bytes, bytesPerDay: bytes / days, strangersKnown };
  },

  claims: {
    "Someone who comes every day counts once": {
      holds: (found) => found.excess < 0.1,
      brokenBy: ["sum-of-days"],
    },
    "The number is exact": {
      holds: (found) => found.excess === 0,
      brokenBy: ["sum-of-days", "hyperloglog"],
    },
    "Seven days of visitors fit into 200 kB": {
      holds: (found) => found.bytes < 200_000,
      brokenBy: ["sets"],
    },
    "It can tell a visitor from a stranger": {
      holds: (found) => found.strangersKnown === 0,
      brokenBy: ["sum-of-days", "hyperloglog"],
    },
  },

  measures: {
    "error in percent": { unit: "%", of: (found) => 100 * found.excess },
    "bytes per day": { unit: "bytes", of: (found) => found.bytesPerDay },
    "strangers in a hundred taken for visitors": (found) => found.strangersKnown,
  },
});
