// Two shards with sales, and a server beside them that can tell the truth.

import type { Link } from "#kit";
import type { Postgres } from "#services/postgres";

export interface Servers {
  /** Two shards, each behind a link. */
  readonly shards: readonly Postgres[];
  readonly links: readonly Link[];
  /** A server of its own that can ask the shards. */
  readonly coordinator: Postgres;
}

/** What is asked of all sales together. */
export interface Answer {
  readonly average: number;
  readonly buyers: number;
}

/** The question, for one table that has all rows. */
export const ANSWER =
  "SELECT avg(amount)::float8 AS average, count(DISTINCT buyer)::int AS buyers FROM sale";

/** Sells on both shards, less and dearer on the second; three buyers in ten buy on both. */
function sales(shard: number, rows: number): string {
  const [count, firstBuyer, amount] = shard === 0 ? [rows, 0, 10] : [Math.floor(rows / 4), 350, 50];
  return `SELECT ${shard} AS shard, ${firstBuyer} + n % 500 AS buyer, ${amount} AS amount
            FROM generate_series(1, ${count}) AS n`;
}

/** Fills the shards; resolves with the truth, from one table that has all rows. */
export async function fill({ shards, coordinator }: Servers, rows: number): Promise<Answer> {
  for (const [index, shard] of shards.entries()) {
    await shard.query(`DROP TABLE IF EXISTS sale; CREATE TABLE sale AS ${sales(index, rows)}`);
  }
  const whole = shards.map((_, index) => sales(index, rows)).join(" UNION ALL ");
  const truth = await coordinator.query<Answer>(ANSWER.replace("sale", `(${whole}) AS whole`));
  return truth.rows[0]!;
}
