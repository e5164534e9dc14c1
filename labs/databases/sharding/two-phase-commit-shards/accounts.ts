// Accounts on two shards, and what can be said of them from outside.

import { sum, until } from "#kit";
import type { Postgres } from "#services/postgres";

/** The two shards that a transfer is between, as the program reaches them. */
export interface Bank {
  readonly from: Postgres;
  readonly to: Postgres;
}

/** The program was killed. */
export class Killed extends Error {}

/** Two accounts on every shard, and room for decisions. */
export const SCHEMA = `
  CREATE TABLE account (id int PRIMARY KEY, balance int);
  CREATE TABLE decision (id text PRIMARY KEY);
  INSERT INTO account VALUES (1, 100), (2, 100)`;

/** The money on both shards, as a reader adds it up. */
export async function total(shards: readonly Postgres[]): Promise<number> {
  const sums = shards.map((shard) => shard.query("SELECT sum(balance)::int AS sum FROM account"));
  return sum((await Promise.all(sums)).map(({ rows }) => rows[0].sum));
}

/** Waits until the shards have noticed that a program is gone, by its application_name. */
export async function isMissed(shards: readonly Postgres[], program: string): Promise<void> {
  const sessions = "SELECT FROM pg_stat_activity WHERE application_name = $1";
  for (const shard of shards) {
    await until("the sessions to end", async () => {
      return (await shard.query(sessions, [program])).rowCount === 0;
    });
  }
}

/** How many accounts nobody can change. */
export async function locked(shards: readonly Postgres[]): Promise<number> {
  let count = 0;
  for (const shard of shards) {
    await shard.query("SET lock_timeout = 100");
    for (const id of [1, 2]) {
      const probe = shard.query("SELECT FROM account WHERE id = $1 FOR UPDATE", [id]);
      await probe.catch(({ code }) => {
        if (code === "55P03") count += 1; // lock_not_available
      });
    }
  }
  return count;
}
