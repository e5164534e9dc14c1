// A load of many rows waits far more than it works: for an answer after each statement, and for the
// disk after each commit. So the rows are put together, in one transaction, one statement or one
// stream. What is put together also fails together, unless the statement says what to do with a bad
// row; and that INSERT forgives an existing key and COPY an impossible value, neither of them both.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { countsOf, lab, link } from "#kit";
import { type Postgres, postgres } from "#services/postgres";

type Row = [id: number, day: string, value: number];
/** Loads rows. Rejects when it has given up. */
type Load = (client: Postgres, rows: Row[]) => Promise<unknown>;

const INSERT = "INSERT INTO reading (id, day, value) VALUES ($1, $2, $3)";

const autocommit: Load = async (client, rows) => {
  for (const row of rows) {
    await client.query(INSERT, row).catch(() => {}); // that was this row; the next one may be good
  }
};

const oneTransaction: Load = async (client, rows) => {
  await client.query("BEGIN"); // matters: The load makes fewer than ten WAL flushes
  for (const row of rows) await client.query(INSERT, row);
  await client.query("COMMIT");
};

const unnest: Load = (client, rows) =>
  client.query(
    `INSERT INTO reading (id, day, value)
     SELECT * FROM unnest($1::int[], $2::date[], $3::int[])
     ON CONFLICT DO NOTHING`,
    [0, 1, 2].map((column) => rows.map((row) => row[column])),
  );

const copy: Load = (client, rows) =>
  pipeline(
    Readable.from(rows.map((row) => `${row.join("\t")}\n`)),
    client.query(copyFrom("COPY reading (id, day, value) FROM STDIN WITH (ON_ERROR ignore)")),
  );

/** How often this connection has waited until the log was on disk. */
async function flushes(client: Postgres): Promise<number> {
  await client.query("SELECT pg_stat_force_next_flush()"); // else it is told once a second
  const { rows } = await client.query(
    `SELECT sum(fsyncs)::int AS fsyncs FROM pg_stat_get_backend_io(pg_backend_pid())
      WHERE object = 'wal'`,
  );
  return rows[0].fsyncs;
}

export default lab({
  title: "Loading rows: one by one, in one transaction, in one statement, COPY",
  question: "What does it take to load a file, and what happens to the good rows when one is bad?",
  services: { postgres: postgres.with({ config: { fsync: "on" } }) },
  knobs: { rows: { value: 200, from: 20, to: 20_000 } },
  arms: { autocommit, "one-transaction": oneTransaction, unnest, copy },

  async trial(load, { postgres, knobs: { rows: count } }) {
    await using observer = await postgres.connect();
    await using wire = await link(postgres.address);
    const file = Array.from({ length: count }, (_, at): Row => [at + 1, "2026-02-28", at * 7]);
    const middle = Math.floor(count / 2);

    /** Loads rows into an empty table and returns what that took and how many are there. */
    const loaded = async (rows: Row[], present: Row[] = []) => {
      await observer.query("DROP TABLE IF EXISTS reading");
      await observer.query("CREATE TABLE reading (id int PRIMARY KEY, day date, value int)");
      for (const row of present) await observer.query(INSERT, row);
      await using client = await postgres.through(wire).connect();
      const before = await flushes(client);
      const { roundTrips, requestBytes } = await countsOf(wire, () =>
        load(client, rows).catch(() => client.query("ROLLBACK")),
      );
      const { rows: found } = await observer.query("SELECT count(*)::int AS count FROM reading");
      return {
        rows: found[0].count - present.length,
        flushes: (await flushes(client)) - before,
        roundTrips,
        requestBytes,
      };
    };
    const half = await loaded(file.slice(0, middle));
    const whole = await loaded(file);
    const bad: Row = [middle, "2026-02-30", 7];
    const withBadDate = await loaded(file.with(middle - 1, bad));
    const withKnownKey = await loaded(file, [file[middle - 1]!]);
    return {
      good: count - 1,
      whole,
      roundTripsOfHalf: half.roundTrips,
      withBadDate: withBadDate.rows,
      withKnownKey: withKnownKey.rows,
    };
  },

  claims: {
    "The load makes fewer than ten WAL flushes": {
      holds: ({ whole }) => whole.flushes < 10,
      brokenBy: ["autocommit"],
    },
    "Round trips do not grow with the rows": {
      holds: ({ whole, roundTripsOfHalf }) => whole.roundTrips === roundTripsOfHalf,
      brokenBy: ["autocommit", "one-transaction"],
    },
    "A row with an impossible date costs only itself": {
      holds: (found) => found.withBadDate === found.good,
      brokenBy: ["one-transaction", "unnest"],
    },
    "A row with a key that exists costs only itself": {
      holds: (found) => found.withKnownKey === found.good,
      brokenBy: ["one-transaction", "copy"],
    },
  },

  measures: {
    "WAL flushes": ({ whole }) => whole.flushes,
    "round trips": ({ whole }) => whole.roundTrips,
    "bytes sent": { unit: "bytes", of: ({ whole }) => whole.requestBytes },
    "good rows loaded beside a bad date": (found) => found.withBadDate,
    "good rows loaded beside a known key": (found) => found.withKnownKey,
  },
});
