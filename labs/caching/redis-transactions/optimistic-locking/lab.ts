// Two clients read a balance, both add one, both write it back: one addition is gone. Redis runs
// every command alone and in order, so it sees nothing wrong. WATCH tells the slower writer that
// the balance has moved, and leaves it to that writer to start over. The watch belongs to a
// connection, and any EXEC there ends it, whoever sent it: on a shared connection it protects nobody.

import { contend, lab, repeat, sum } from "#kit";
import { type Redis, redis } from "#services/redis";

const BALANCE = "account:7:balance";

/** Adds one to the balance and returns how many attempts that took. */
type Add = (client: Redis) => Promise<number>;

const readThenWrite: Add = async (client) => {
  const balance = Number(await client.get(BALANCE));
  await client.set(BALANCE, balance + 1); // overwrites whatever was written since the read
  return 1;
};

const watch: Add = async (client) => {
  // Needs no limit: an EXEC is refused only because another one went through, so each round moves
  // somebody forward.
  for (let attempts = 1; ; attempts++) {
    await client.watch(BALANCE); // matters: No addition is lost
    const balance = Number(await client.get(BALANCE));
    const committed = await client
      .multi()
      .set(BALANCE, balance + 1)
      .exec();
    if (committed) return attempts;
  }
};

const increment: Add = async (client) => {
  await client.incr(BALANCE);
  return 1;
};

export default lab({
  title: "Optimistic locking with WATCH",
  question: "How many additions does a shared balance lose, and what does keeping them cost?",
  services: { redis },
  knobs: { clients: 32, additions: 20 },
  traced: { clients: 2, additions: 1 },
  sweeps: { clients: [2, 4, 8, 16, 64] },
  arms: {
    naive: { add: readThenWrite, connections: "own" },
    shared: { add: watch, connections: "one" },
    watched: { add: watch, connections: "own" },
    atomic: { add: increment, connections: "one" },
  },

  async trial({ add, connections }, { redis, knobs }) {
    await using observer = await redis.connect({ connectionName: "observer" });
    await observer.set(BALANCE, 0);
    const shared = await redis.connect();
    const connect = connections === "own" ? redis.connect : async () => shared;
    const attempts = await contend(knobs.clients, connect, (client) =>
      repeat(knobs.additions, () => add(client)),
    );
    const made = knobs.clients * knobs.additions;
    return {
      lost: made - Number(await observer.get(BALANCE)),
      attemptsPerAddition: sum(attempts.flat()) / made,
    };
  },

  claims: {
    "No addition is lost": { holds: (found) => found.lost === 0, brokenBy: ["naive", "shared"] },
    "Nobody starts over": {
      holds: (found) => found.attemptsPerAddition === 1,
      brokenBy: ["watched"],
    },
  },

  measures: {
    "additions lost": (found) => found.lost,
    "attempts per addition": (found) => found.attemptsPerAddition,
  },
});
