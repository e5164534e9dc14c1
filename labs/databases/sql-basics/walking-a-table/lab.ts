// A nightly job has to see every row of a table. One SELECT brings them all at once. In batches it
// has to say where the next one begins: OFFSET counts its way there from the first row each time, a
// key is found by the index. A cursor knows its place as long as its connection and its transaction
// live; and so long VACUUM may not remove what the cursor could still see.

import assert from "node:assert/strict";
import { lab, link, type Running } from "#kit";
import { type Postgres, type PostgresFace, postgres } from "#services/postgres";
import {
  cursor,
  type Done,
  type Key,
  keysetBatches,
  offsetBatches,
  oneSelect,
  type Walk,
} from "./walks.ts";

const fill = (rows: number) => `
  DROP TABLE IF EXISTS item;
  CREATE TABLE item WITH (autovacuum_enabled = off) AS
    SELECT id, md5(id::text) AS name FROM generate_series(1, ${rows}) AS id;
  ALTER TABLE item ADD PRIMARY KEY (id);
  ANALYZE item`;

/** Pages of the table and its index that the server has looked at so far. */
async function pagesRead(client: Postgres): Promise<number> {
  await client.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await client.query(
    `SELECT (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int AS pages
       FROM pg_statio_user_tables WHERE relname = 'item'`,
  );
  return rows[0].pages;
}

/** The pages of a whole walk, and the most rows that the program held at once. */
async function wholeWalk(walk: Walk, client: Postgres, by: Key, batch: number) {
  const before = await pagesRead(client);
  let held = 0;
  for await (const { length } of walk(client, by, batch, { count: 0 })) {
    held = Math.max(held, length);
  }
  return { pages: (await pagesRead(client)) - before, held };
}

/** Rows behind the job are updated: how many of their old versions must VACUUM leave behind? */
async function deadRowsLeft(walk: Walk, job: Postgres, other: Postgres, batch: number) {
  const walking = walk(job, "id", batch, { count: 0 });
  await walking.next();
  await other.query("UPDATE item SET name = name || '!' WHERE id <= $1", [batch]);
  await other.query("VACUUM item");
  const { rows } = await other.query(
    "SELECT n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relname = 'item'",
  );
  for await (const _ of walking); // the rest of the walk
  return rows[0].dead as number;
}

/** The connection is cut when half of the bytes have come: how many cross the wire again? */
async function bytesReadAgain(walk: Walk, server: Running<PostgresFace>, batch: number) {
  await using wire = await link(server.address);
  const work = async (done: Done) => {
    await using client = await server.through(wire).connect();
    for await (const rows of walk(client, "id", batch, done)) {
      done.count += rows.length;
      done.last = rows.at(-1);
    }
  };
  await work({ count: 0 });
  const whole = wire.counts().replyBytes;
  const done: Done = { count: 0 };
  wire.after({ replyBytes: Math.round(whole / 2) }).reset();
  await assert.rejects(work(done), "the connection was cut in the middle");
  await work(done); // it has forgotten all but how far it had come
  return { whole, again: wire.counts().replyBytes - 2 * whole };
}

export default lab({
  title: "Offset, keyset or cursor: a job that walks a whole table",
  question: "A nightly job has to read every row: at once, by offset, by key, or by a cursor?",
  services: { postgres },
  knobs: {
    rows: { value: 6000, from: 1000, to: 40_000 },
    batch: { value: 200, from: 50, to: 500 },
  },
  arms: {
    "one-select": oneSelect,
    "offset-batches": offsetBatches,
    "keyset-batches": keysetBatches,
    cursor,
  },

  async trial(walk, { postgres, knobs: { rows, batch } }) {
    await using client = await postgres.connect();
    await using other = await postgres.connect();
    await client.query(fill(2 * rows));
    const twice = await wholeWalk(walk, client, "id", batch);
    await client.query(fill(rows));
    const once = await wholeWalk(walk, client, "id", batch);
    const byName = await wholeWalk(walk, client, "name", batch);
    const { rows: sizes } = await client.query(
      "SELECT pg_relation_size('item')::int / current_setting('block_size')::int AS pages",
    );
    const dead = await deadRowsLeft(walk, client, other, batch);
    const bytes = await bytesReadAgain(walk, postgres, batch);
    return {
      held: once.held,
      batch,
      pages: once.pages,
      pagesForTwice: twice.pages,
      pagesByName: byName.pages,
      tablePages: sizes[0].pages as number,
      deadRowsLeft: dead,
      bytesReadAgain: bytes.again,
      bytesPerBatch: (bytes.whole * batch) / rows,
    };
  },

  claims: {
    "The program never holds more than one batch": {
      holds: (found) => found.held <= found.batch,
      brokenBy: ["one-select"],
    },
    "Twice the rows cost about twice the pages": {
      holds: (found) => found.pagesForTwice < 3 * found.pages,
      brokenBy: ["offset-batches"],
    },
    "A walk in an order without an index reads the table three times at most": {
      holds: (found) => found.pagesByName <= 3 * found.tablePages,
      brokenBy: ["offset-batches", "keyset-batches"],
    },
    "A connection that is cut costs no more than two batches": {
      holds: (found) => found.bytesReadAgain < 2 * found.bytesPerBatch,
      brokenBy: ["one-select", "cursor"],
    },
    "VACUUM can clean up behind the job": {
      holds: (found) => found.deadRowsLeft === 0,
      brokenBy: ["cursor"],
    },
  },

  measures: {
    "rows held at once": (found) => found.held,
    "pages read": (found) => found.pages,
    "pages read for twice the rows": (found) => found.pagesForTwice,
    "pages read by name": (found) => found.pagesByName,
    "bytes received again after the cut": (found) => found.bytesReadAgain,
    "dead rows that VACUUM had to leave": (found) => found.deadRowsLeft,
  },
});
