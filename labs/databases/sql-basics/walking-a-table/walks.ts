// Four ways to see every row of the table.

import type { Postgres } from "#services/postgres";

export type Row = { id: number; name: string };
export type Key = keyof Row;
/** How far a job has come, which is all that is left to it when its connection is cut. */
export type Done = { count: number; last?: Row };
/** Reads the rows that are not done, in the order of a key, in batches. */
export type Walk = (client: Postgres, by: Key, batch: number, done: Done) => AsyncGenerator<Row[]>;

export const oneSelect: Walk = async function* (client, by) {
  yield (await client.query<Row>(`SELECT * FROM item ORDER BY ${by}`)).rows;
};

export const offsetBatches: Walk = async function* (client, by, batch, done) {
  const next = `SELECT * FROM item ORDER BY ${by} LIMIT ${batch} OFFSET $1`;
  for (let offset = done.count; ; offset += batch) {
    const { rows } = await client.query<Row>(next, [offset]);
    if (rows.length === 0) return;
    yield rows;
  }
};

export const keysetBatches: Walk = async function* (client, by, batch, { last }) {
  for (;;) {
    const after = last === undefined ? "" : `WHERE ${by} > $1`;
    const next = `SELECT * FROM item ${after} ORDER BY ${by} LIMIT ${batch}`;
    const { rows } = await client.query<Row>(next, last && [last[by]]);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1);
  }
};

export const cursor: Walk = async function* (client, by, batch) {
  await client.query(`BEGIN; DECLARE walk CURSOR FOR SELECT * FROM item ORDER BY ${by}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${batch} FROM walk`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query("COMMIT");
};
