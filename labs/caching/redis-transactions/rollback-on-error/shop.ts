// The same shop in Redis and in PostgreSQL, with a payment that can be made to fail.

import { closing, type Link, link, type Running } from "#kit";
import type { Postgres, PostgresFace } from "#services/postgres";
import type { Redis, RedisFace } from "#services/redis";

export const ORDER = "order:7";
export const PAID = "orders-paid";
export const PARCELS = "parcels";

/** Pays the order over a connection of its own, and tells whether that worked. */
export type Pay<Client> = (client: Client) => Promise<boolean>;

/** Why a payment cannot count: the counter is none, which can be seen, or it is full. */
export type Fault = "none" | "wrong type" | "overflow";

/** A shop behind a link. */
export interface Shop extends AsyncDisposable {
  readonly wire: Link;
  pay(): Promise<boolean>;
  /** Makes all as new: an open order, no parcel, and the counter. */
  open(fault: Fault): Promise<void>;
  /** How many of a payment's other two writes a reader sees. */
  look(): Promise<number>;
}

interface Servers {
  readonly redis: Running<RedisFace>;
  readonly postgres: Running<PostgresFace>;
}

const LARGEST = "9223372036854775807"; // of the 64-bit integers, in either server

/** Opens the shop in Redis. */
export function inRedis(pay: Pay<Redis>) {
  return async ({ redis }: Servers): Promise<Shop> => {
    const wire = await link(redis.address, { trace: "resp" });
    const client = await redis.through(wire).connect();
    const reader = await redis.connect();
    const shop = {
      wire,
      pay: () => pay(client),
      async open(fault: Fault) {
        await reader.flushall();
        await reader.hset(ORDER, "state", "open");
        await reader.rpush(PARCELS, "order:6");
        if (fault === "wrong type") await reader.hset(PAID, "no", "number");
        else await reader.set(PAID, fault === "overflow" ? LARGEST : 41);
      },
      async look() {
        const paid = (await reader.hget(ORDER, "state")) === "paid";
        return Number(paid) + (await reader.llen(PARCELS)) - 1;
      },
    };
    return closing(shop, () => wire[Symbol.asyncDispose]());
  };
}

/** Opens the shop in PostgreSQL. */
export function inPostgres(pay: Pay<Postgres>) {
  return async ({ postgres }: Servers): Promise<Shop> => {
    const wire = await link(postgres.address, { trace: "postgres" });
    const client = await postgres.through(wire).connect();
    const reader = await postgres.connect();
    const counters = { none: "41", "wrong type": "'no number'", overflow: LARGEST };
    const shop = {
      wire,
      pay: () => pay(client),
      async open(fault: Fault) {
        await reader.query(`
          DROP TABLE IF EXISTS orders, paid, parcels;
          CREATE TABLE orders AS SELECT 7 AS id, 'open' AS state;
          CREATE TABLE paid AS SELECT ${counters[fault]} AS orders;
          CREATE TABLE parcels (order_id integer)`);
      },
      async look() {
        const { rows } = await reader.query<{ writes: number }>(
          `SELECT (state = 'paid')::int + (SELECT count(*) FROM parcels)::int AS writes
             FROM orders`,
        );
        return rows[0]!.writes;
      },
    };
    return closing(shop, () => wire[Symbol.asyncDispose]());
  };
}
