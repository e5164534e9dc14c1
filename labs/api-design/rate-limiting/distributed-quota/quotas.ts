// How one of several servers decides about the requests of one window.

import type { Redis } from "ioredis";

/** What a server knows of a window. */
export interface Settings {
  readonly redis: Redis;
  /** Where Redis counts what it has handed out in it. */
  readonly key: string;
  /** Requests that all servers together may let through in a window. */
  readonly limit: number;
  readonly servers: number;
  /** Tokens that a server takes at a time. */
  readonly lease: number;
}

/** Says of each request whether it may pass. */
export type MayPass = () => Promise<boolean>;

/** Begins a window at one server. */
export type Quota = (settings: Settings) => MayPass;

const upTo = (limit: number) => {
  let passed = 0;
  return async () => ++passed <= limit;
};

export const fullLimitEach: Quota = ({ limit }) => upTo(limit);

export const shareEach: Quota = ({ limit, servers }) => upTo(limit / servers);

const TAKE = [
  "local taken = tonumber(redis.call('GET', KEYS[1]) or 0)",
  "local granted = math.min(ARGV[1], ARGV[2] - taken)",
  "redis.call('INCRBY', KEYS[1], granted)", // matters: All servers together never let through more than the limit
  "redis.call('EXPIRE', KEYS[1], 60)",
  "return granted",
].join("\n");

/** Takes so many tokens from Redis, or as many as there are, and returns how many. */
const take = async ({ redis, key, limit }: Settings, tokens: number) =>
  Number(await redis.eval(TAKE, 1, key, tokens, limit));

export const redisEachTime: Quota = (settings) => async () => (await take(settings, 1)) === 1;

export const leases: Quota = (settings) => {
  let left = 0;
  let isExhausted = false;
  let taking: Promise<void> | undefined; // one at a time, however many requests wait for it
  const renew = async () => {
    left = await take(settings, settings.lease);
    isExhausted = left === 0;
    taking = undefined;
  };
  return async () => {
    while (left === 0 && !isExhausted) {
      taking ??= renew();
      await taking;
    }
    if (isExhausted) return false;
    left -= 1;
    return true;
  };
};

/** By the names of the lab's arms, which tell a server what to be. */
export const QUOTAS: Readonly<Record<string, Quota>> = {
  "full-limit-each": fullLimitEach,
  "quarter-each": shareEach,
  "redis-each-time": redisEachTime,
  leases,
};
