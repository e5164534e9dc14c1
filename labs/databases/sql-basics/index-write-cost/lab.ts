// An index is a sorted copy of a column. A search by that column reads a few pages instead of the
// whole table. In return every insert writes into every index, and an update of an indexed column
// as well; an update that no index knows of can stay within its page (HOT, heap-only tuple).

import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { type Postgres, postgres } from "#services/postgres";

const COLUMNS = ["customer", "product", "city", "courier", "views"];

// Pages are filled to nine tenths, so that a new version of a row finds room beside the old one.
const TABLE = `
  CREATE TABLE purchase (id bigserial PRIMARY KEY, customer int, product int, city int,
                         courier int, views int, note text) WITH (fillfactor = 90)`;

/** Every value of every column stands in five rows, far from each other. */
const fill = (rows: number) => `
  INSERT INTO purchase (customer, product, city, courier, views, note)
  SELECT n % fifth, n * 7 % fifth, n * 11 % fifth, n * 13 % fifth, n * 17 % fifth,
         repeat('note ', 20)
    FROM generate_series(1, ${rows}) AS n, (SELECT ${rows} / 5 AS fifth)`;

/** Counts a view of one purchase again and again, each time in a transaction of its own. */
const countViews = (updates: number) => `
  DO $$ BEGIN
    FOR i IN 1..${updates} LOOP
      UPDATE purchase SET views = views + 1 WHERE id = 1;
      COMMIT;
    END LOOP;
  END $$`;

/** The share of the updates so far that touched no index. */
async function hotShare(client: Postgres): Promise<number> {
  await client.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await client.query(
    `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot
       FROM pg_stat_user_tables WHERE relname = 'purchase'`,
  );
  return Number(rows[0].hot) / Number(rows[0].all);
}

export default lab({
  title: "What an index gives, and what it takes",
  question: "Why not put an index on every column?",
  services: { postgres },
  knobs: { rows: { value: 5000, from: 500, to: 50_000 }, updates: 500 },
  arms: { "no-index": [], "one-index": ["customer"], "every-column": COLUMNS },

  async trial(indexed: string[], { postgres, knobs }) {
    await using client = await postgres.connect();
    await client.query(TABLE);
    for (const column of indexed) await client.query(`CREATE INDEX ON purchase (${column})`);
    const insert = await explain(client, fill(knobs.rows));
    await client.query("VACUUM ANALYZE purchase");

    const pages: number[] = [];
    for (const column of COLUMNS) {
      const search = await explain(client, `SELECT * FROM purchase WHERE ${column} = $1`, [42]);
      pages.push(search.pages);
    }
    await client.query(countViews(knobs.updates));
    const hot = await hotShare(client);
    const update = await explain(client, "UPDATE purchase SET views = views + 1 WHERE id = 1");
    const { rows: sizes } = await client.query("SELECT pg_indexes_size('purchase') AS bytes");
    return {
      pagesByCustomer: pages[0] ?? 0,
      pagesByWorstColumn: Math.max(...pages),
      walPerInsert: insert.walBytes / knobs.rows,
      walPerUpdate: update.walBytes,
      hotShare: hot,
      indexBytes: Number(sizes[0].bytes),
    };
  },

  claims: {
    "A search on the usual column reads fewer than ten pages": {
      holds: (found) => found.pagesByCustomer < 10,
      brokenBy: ["no-index"],
    },
    "A search on any column reads fewer than ten pages": {
      holds: (found) => found.pagesByWorstColumn < 10,
      brokenBy: ["no-index", "one-index"],
    },
    "An update of a counter touches no index (HOT)": {
      holds: (found) => found.hotShare > 0.9,
      brokenBy: ["every-column"],
    },
  },

  measures: {
    "pages per lookup, usual column": (found) => found.pagesByCustomer,
    "pages per lookup, worst column": (found) => found.pagesByWorstColumn,
    "WAL bytes per insert": (found) => found.walPerInsert,
    "WAL bytes per update": (found) => found.walPerUpdate,
    "HOT share of updates": (found) => found.hotShare,
    "bytes of indexes": (found) => found.indexBytes,
  },
});
