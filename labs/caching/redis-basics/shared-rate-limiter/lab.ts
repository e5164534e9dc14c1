// Three servers count requests in Redis, so that together they let no more through than one limit.
// Then Redis hangs: it keeps its connections and answers nothing. What every server does now is a
// choice that somebody has to make before: let all pass, let none pass, or go on with a guess.

import { setTimeout as sleep } from "node:timers/promises";
import { lab, repeat, sum } from "#kit";
import { type RedisFace, redis } from "#services/redis";

const WINDOW = "requests in this minute";

interface Plan {
  readonly limit: number;
  readonly servers: number;
  readonly timeoutMs: number;
}

/** Says whether one more request may pass. */
type Limiter = () => Promise<boolean>;

function countUpTo(limit: number): () => boolean {
  let requests = 0;
  return () => ++requests <= limit;
}

async function local(_redis: RedisFace, { limit }: Plan): Promise<Limiter> {
  const own = countUpTo(limit);
  return async () => own();
}

/** Counts in Redis. What an answer that does not come means, is up to the `fallback`. */
const shared =
  (fallback: (plan: Plan) => () => boolean) =>
  async (redis: RedisFace, plan: Plan): Promise<Limiter> => {
    const client = await redis.connect({
      commandTimeout: plan.timeoutMs, // matters: Requests are served while Redis hangs; While Redis hangs, a client on one server can use its whole limit
    });
    const withoutRedis = fallback(plan);
    return () => client.incr(WINDOW).then((requests) => requests <= plan.limit, withoutRedis);
  };

const open = shared(() => () => true);
const closed = shared(() => () => false);
const share = shared(({ limit, servers }) => countUpTo(limit / servers));

/** How many of so many requests at once pass, before their users lose patience. */
async function burst(server: Limiter, requests: number, timeoutMs: number): Promise<number> {
  const patience = sleep(10 * timeoutMs, false);
  const asked = Array.from({ length: requests }, () => Promise.race([server(), patience]));
  return (await Promise.all(asked)).filter(Boolean).length;
}

export default lab({
  title: "Rate limiting when the limiter is down",
  question:
    "Three servers share one limit in Redis - what should they do when Redis does not answer?",
  services: { redis },
  knobs: { limit: 60, servers: 3, timeoutMs: 200 },
  arms: { local, open, closed, share },

  async trial(start, { redis, knobs }) {
    const client = await redis.connect();
    const fleet = () => repeat(knobs.servers, () => start(redis, knobs));
    const [before, during, [single]] = [await fleet(), await fleet(), await fleet()];
    const each = (2 * knobs.limit) / knobs.servers; // twice as many as may pass

    const healthy = await Promise.all(before.map((server) => repeat(each, server)));
    await client.del(WINDOW); // the next minute begins
    await redis.pause();
    const hanging = during.map((server) => burst(server, each, knobs.timeoutMs));
    const passedAlone = await burst(single!, knobs.limit, knobs.timeoutMs);
    const passedHanging = sum(await Promise.all(hanging));
    await redis.resume();
    const passedHealthy = healthy.flat().filter(Boolean).length;
    return { passedHealthy, passedHanging, passedAlone, limit: knobs.limit };
  },

  claims: {
    "Together the servers let no more than the limit through": {
      holds: (found) => found.passedHealthy <= found.limit,
      brokenBy: ["local"],
    },
    "They let no more than the limit through while Redis hangs, either": {
      holds: (found) => found.passedHanging <= found.limit,
      brokenBy: ["local", "open"],
    },
    "Requests are served while Redis hangs": {
      holds: (found) => found.passedHanging > 0,
      brokenBy: ["closed"],
    },
    "While Redis hangs, a client on one server can use its whole limit": {
      holds: (found) => found.passedAlone === found.limit,
      brokenBy: ["closed", "share"],
    },
  },

  measures: {
    "requests let through": (found) => found.passedHealthy,
    "requests let through while Redis hangs": (found) => found.passedHanging,
    "requests let through on one server": (found) => found.passedAlone,
  },
});
