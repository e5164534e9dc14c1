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
