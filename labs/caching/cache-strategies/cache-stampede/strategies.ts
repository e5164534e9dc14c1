// What a reader does who has looked into the cache and found nothing.

import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";

export const PRICE = "product:7:price";
/** The last price, kept longer than the other for those who may not load a new one. */
export const EXPIRED = "product:7:expired";
export const LOCK = "product:7:lock";

const POLL_MS = 5;

/** What a reader finds in its process. */
export interface Shop {
  readonly redis: Redis;
  /** Asks the database, and writes the answer into the cache. */
  load(): Promise<string>;
  /** Tells the lab that this reader is loading, or has left that to somebody else. */
  settled(): void;
}

/** Returns the price, from wherever the strategy has it. */
type Read = (shop: Shop) => Promise<string>;

export const plain: Read = ({ load }) => load();

let flight: Promise<string> | undefined;
export const singleFlight: Read = ({ load, settled }) => {
  if (flight) settled();
  flight ??= load().finally(() => {
    flight = undefined;
  });
  return flight;
};

/** Lets one reader of all load. The lock has an end of its own, in case that one is killed. */
const locked =
  (otherwise: Read): Read =>
  async (shop) => {
    const isMine = await shop.redis.set(
      LOCK,
      process.env.NAME!,
      "EX",
      60,
      "NX", // matters: No process asks more than once; One query serves all processes
    );
    if (!isMine) return otherwise(shop);
    const price = (await shop.redis.get(PRICE)) ?? (await shop.load());
    await shop.redis.del(LOCK);
    return price;
  };

export const lock = locked(async (shop) => {
  shop.settled();
  await sleep(POLL_MS);
  return (await shop.redis.get(PRICE)) ?? lock(shop);
});

export const lockStale = locked(async (shop) => {
  shop.settled();
  return (await shop.redis.get(EXPIRED)) ?? lock(shop);
});
