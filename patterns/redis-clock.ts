import type { Redis } from "ioredis";
import { until } from "#kit";

/** The time by the clock that Redis counts expiries with, in milliseconds since 1970. */
export async function redisNow(client: Redis): Promise<number> {
  const [seconds, micros] = await client.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}

/**
 * Waits until Redis's own clock has gone on by `ms`, however fast or slow the machine is. What was
 * given that long to live before the call is gone then.
 */
export async function redisAges(client: Redis, ms: number): Promise<void> {
  const end = (await redisNow(client)) + ms + 1; // a key lives to the end of its last millisecond
  const what = `Redis's clock to go on by ${ms} ms`;
  await until(what, async () => (await redisNow(client)) > end, { withinMs: 10 * ms + 5_000 });
}
