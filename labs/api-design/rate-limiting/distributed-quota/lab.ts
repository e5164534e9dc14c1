// Four servers share one limit. If each counts for itself, they let through four times as much; if
// each has its part, a client that meets only one of them gets a quarter. If they ask Redis, Redis is
// asked for every request. Or a server takes a handful of tokens and spends them from memory; what
// it has not spent when it dies is gone.

import { lab, repeat, sum } from "#kit";
import { processes } from "#services/processes";
import { redis } from "#services/redis";
import { fullLimitEach, leases, redisEachTime, shareEach } from "./quotas.ts";

const SERVERS = 4;

/** Sends requests of one window to each of these servers, and returns how many pass. */
async function send(servers: readonly string[], requestsEach: number, window: string) {
  const passed = servers.map((server) =>
    repeat(requestsEach, async () => {
      const answer = await fetch(`${server}/${window}`);
      return Number(answer.ok);
    }),
  );
  return sum((await Promise.all(passed)).flat());
}

export default lab({
  title: "One limit, four servers",
  question: "How do four API servers share one limit without asking Redis for every request?",
  services: {
    redis,
    api: processes.with({ module: import.meta.resolve("./server.ts"), count: SERVERS }),
  },
  knobs: {
    limit: { value: 100, from: 20, to: 1000 },
    lease: { value: 5, from: 1, to: 100 },
  },
  arms: {
    "full-limit-each": fullLimitEach,
    "quarter-each": shareEach,
    "redis-each-time": redisEachTime,
    leases,
  },

  async trial(_quota, { redis, api, arm, knobs: { limit, lease } }) {
    const settings = { QUOTA: arm, LIMIT: limit, LEASE: lease, SERVERS };
    await api.start({ ...settings, REDIS: redis.url });
    const [first, ...others] = api.urls as [string, ...string[]];

    const requestsEach = (2 * limit) / SERVERS;
    const spread = await send([first, ...others], requestsEach, "spread");
    const commands = (await redis.info("commandstats"))["cmdstat_eval.calls"] ?? 0;
    const atOneServer = await send([first], 2 * limit, "at-one-server");

    const before = await send([first], 1, "one-dies");
    await api.kill(); // the first, and what it had in memory is gone
    const after = await send(others, limit, "one-dies");
    return {
      passedOver: Math.max(0, spread - limit),
      commandsPerRequest: commands / (requestsEach * SERVERS),
      refusedAtOneServer: Math.max(0, limit - atOneServer),
      lostWithServer: Math.max(0, limit - before - after),
    };
  },

  claims: {
    "All servers together never let through more than the limit": {
      holds: (found) => found.passedOver === 0,
      brokenBy: ["full-limit-each"],
    },
    "A client whose requests all land on one server gets its whole limit": {
      holds: (found) => found.refusedAtOneServer === 0,
      brokenBy: ["quarter-each"],
    },
    "Redis is not asked for every request": {
      holds: (found) => found.commandsPerRequest < 1,
      brokenBy: ["redis-each-time"],
    },
    "A server that is killed takes no allowance with it": {
      holds: (found) => found.lostWithServer === 0,
      brokenBy: ["quarter-each", "leases"],
    },
  },

  measures: {
    "accepted over the limit": (found) => found.passedOver,
    "Redis commands per request": (found) => found.commandsPerRequest,
    "refused to a client of one server": (found) => found.refusedAtOneServer,
    "allowance lost with the killed server": (found) => found.lostWithServer,
  },
});
