// A process of the shop. It sends the headers of its answer when the reader has settled, so that the
// lab knows, and the body when there is a price.

import { createServer } from "node:http";
import { Redis } from "ioredis";
import pg from "pg";
import { EXPIRED, lock, lockStale, PRICE, plain, singleFlight } from "./strategies.ts";

const { HOST, PORT, REDIS, DATABASE, READERS, STRATEGY } = process.env;
const redis = new Redis(REDIS!);
const db = new pg.Pool({ connectionString: DATABASE!, max: Number(READERS) });
const strategies = { plain, "single-flight": singleFlight, lock, "lock-stale": lockStale };
const read = strategies[STRATEGY as keyof typeof strategies];

async function load(settled: () => void): Promise<string> {
  const client = await db.connect();
  const { rows } = await client.query("SELECT nextval('queries') AS price");
  settled();
  // The query takes for as long as the lab keeps this lock.
  await client.query("SELECT pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1)");
  client.release();
  await redis.mset(PRICE, rows[0].price, EXPIRED, rows[0].price);
  await redis.expire(PRICE, 60);
  return rows[0].price;
}

createServer(async (_request, response) => {
  const settled = () => response.flushHeaders();
  const cached = await redis.get(PRICE);
  response.end(cached ?? (await read({ redis, settled, load: () => load(settled) })));
}).listen(Number(PORT), HOST);
