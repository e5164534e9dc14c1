// A cache in front of a database answers most reads by itself. It also answers with what was true
// when it asked: somebody else changes a price in the database, and nobody tells the cache. How long
// the old price is shown is decided by whoever wrote it there, and forever is the default.

import { lab, Random, repeat } from "#kit";
import { redisAges } from "#patterns/redis-clock";
import { postgres } from "#services/postgres";
import { type Redis, redis } from "#services/redis";

interface Shop {
  readonly cache: Redis;
  readonly ttlMs: number;
  /** Asks the database. */
  query(product: number): Promise<number>;
}

/** Reads the price of a product. */
type Read = (shop: Shop, product: number) => Promise<number>;

const noCache: Read = ({ query }, product) => query(product);

const noExpiry: Read = async ({ cache, query }, product) => {
  const cached = await cache.get(`price:${product}`);
  if (cached !== null) return Number(cached);
  const price = await query(product);
  await cache.set(`price:${product}`, price);
  return price;
};

const expiring: Read = async ({ cache, ttlMs, query }, product) => {
  const cached = await cache.get(`price:${product}`);
  if (cached !== null) return Number(cached);
  const price = await query(product);
  await cache.set(
    `price:${product}`,
    price,
    ...(["PX", ttlMs] as const), // matters: A change in the database shows within one TTL
  );
  return price;
};

export default lab({
  title: "A key-value cache in front of a database",
  question: "What does a cache take off the database, and what does it promise about the truth?",
  services: { redis, postgres },
  knobs: { products: 10, reads: 500, ttlMs: 500 },
  arms: { "no-cache": noCache, "no-expiry": noExpiry, expiring },

  async trial(read, { redis, postgres, knobs: { products, reads, ttlMs } }) {
    const cache = await redis.connect();
    const database = await postgres.connect();
    await database.query("CREATE TABLE products (id int PRIMARY KEY, price int NOT NULL)");
    const rows = "SELECT id, 100 FROM generate_series(1, $1) AS id";
    await database.query(`INSERT INTO products ${rows}`, [products]);
    let queries = 0;
    const query = async (product: number) => {
      queries += 1;
      const found = await database.query("SELECT price FROM products WHERE id = $1", [product]);
      return found.rows[0].price;
    };
    const shop = { cache, ttlMs, query };

    const random = new Random(1);
    await repeat(reads, () => read(shop, random.integer(1, products)));
    const queriesPerRead = queries / reads;

    await cache.flushall();
    await read(shop, 1);
    await database.query("UPDATE products SET price = 200 WHERE id = 1"); // by another program
    const soon = await read(shop, 1);
    await redisAges(cache, ttlMs);
    const later = await read(shop, 1);
    return { queriesPerRead, staleSoon: soon !== 200, staleLater: later !== 200 };
  },

  claims: {
    "Nine reads in ten never reach the database": {
      holds: (found) => found.queriesPerRead <= 0.1,
      brokenBy: ["no-cache"],
    },
    "A change in the database shows within one TTL": {
      holds: (found) => !found.staleLater,
      brokenBy: ["no-expiry"],
    },
    "A read never returns an old value": {
      holds: (found) => !found.staleSoon,
      brokenBy: ["no-expiry", "expiring"],
    },
  },

  measures: {
    "queries per read": (found) => found.queriesPerRead,
    "stale reads of two": (found) => Number(found.staleSoon) + Number(found.staleLater),
  },
});
