// A table of events grows for ever, and only the last months are wanted. To delete a month is to
// touch each of its rows and to leave all of them behind for VACUUM. To drop a partition is to
// remove its files. In return the table is many tables: a question that does not name the partition
// key is asked of each of them, and no index sees across all.

import type { DatabaseError } from "pg";
import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { walWritten } from "#patterns/wal-written";
import { postgres } from "#services/postgres";

const MONTHS = 12;
const firstOf = (month: number) => new Date(Date.UTC(2025, month));

/** Where the events of a moment begin: their time, or the lowest UUIDv7 of that millisecond. */
const byTime = (moment: Date) => moment.toISOString();
const byId = (moment: Date) =>
  `${moment.getTime().toString(16).padStart(12, "0")}70008000000000000000`;

const partitioned = (primaryKey: string, key: string, boundOf: (moment: Date) => string) => [
  `CREATE TABLE event (id uuid, at timestamptz, email text, PRIMARY KEY (${primaryKey}))
     PARTITION BY RANGE (${key})`,
  ...Array.from(
    { length: MONTHS },
    (_, month) =>
      `CREATE TABLE event_${month + 1} PARTITION OF event
         FOR VALUES FROM ('${boundOf(firstOf(month))}') TO ('${boundOf(firstOf(month + 1))}')`,
  ),
];

/** Events at even distances over the year; the ids begin with the time (RFC 9562, version 7). */
const fill = (rows: number) => `
  INSERT INTO event
  SELECT (ms || '7' || substr(hash, 14, 3) || '8' || substr(hash, 18))::uuid, at, hash
    FROM (SELECT at, lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS ms,
                 md5(at::text) AS hash
            FROM generate_series(timestamptz '2025-01-01Z', '2025-12-31Z',
                                 interval '1 year' / ${rows}) AS at) AS moment`;

const DELETE_JANUARY = "DELETE FROM event WHERE at < '2025-02-01Z'";
const DROP_JANUARY = "DROP TABLE event_1";
const UNIQUE_EMAIL = "CREATE UNIQUE INDEX ON event (email)";
const FEATURE_NOT_SUPPORTED = "0A000";

export default lab({
  title: "Partitioning one table by month",
  question: "The table has grown too big to clean up: what does partitioning give, and take?",
  // A server of its own, since the WAL of a DROP can only be told by the server's whole WAL.
  services: { postgres: postgres.with({ config: { autovacuum: "off" } }) },
  knobs: { rows: { value: 24_000, from: 6_000, to: 120_000 } },
  arms: {
    "one-table": {
      tables: ["CREATE TABLE event (id uuid PRIMARY KEY, at timestamptz, email text)"],
      forget: DELETE_JANUARY,
    },
    "by-month": { tables: partitioned("id, at", "at", byTime), forget: DROP_JANUARY },
    "by-uuidv7": { tables: partitioned("id", "id", byId), forget: DROP_JANUARY },
  },

  async trial({ tables, forget }, { postgres, knobs }) {
    await using client = await postgres.connect();
    for (const table of tables) await client.query(table);
    await client.query(fill(knobs.rows));
    await client.query("ANALYZE event");

    const { rows: some } = await client.query(
      "SELECT id FROM event WHERE at > '2025-06-15Z' LIMIT 1",
    );
    const lookup = await explain(client, "SELECT * FROM event WHERE id = $1", [some[0].id]);
    const refusal = await client.query(UNIQUE_EMAIL).catch((error: DatabaseError) => error.code);
    await client.query("BEGIN");
    const deletion = await explain(client, DELETE_JANUARY);
    await client.query("ROLLBACK");

    const walToForget = await walWritten(client, () => client.query(forget));
    await client.query("SELECT pg_stat_force_next_flush()");
    const { rows: stats } = await client.query(
      "SELECT sum(n_dead_tup)::int AS dead FROM pg_stat_user_tables",
    );
    return {
      walToDelete: deletion.walBytes,
      walToForget,
      deadRows: stats[0].dead as number,
      indexesPerLookup: lookup.nodes.filter(({ index }) => index !== "").length,
      pagesPerLookup: lookup.pages,
      uniqueEmail: refusal !== FEATURE_NOT_SUPPORTED,
    };
  },

  claims: {
    "Getting rid of a month logs less than a fifth of its deletion": {
      holds: (found) => found.walToForget < found.walToDelete / 5,
      brokenBy: ["one-table"],
    },
    "Getting rid of a month leaves no dead rows": {
      holds: (found) => found.deadRows === 0,
      brokenBy: ["one-table"],
    },
    "A lookup by id searches one index": {
      holds: (found) => found.indexesPerLookup === 1,
      brokenBy: ["by-month"],
    },
    "An e-mail is unique over all months": {
      holds: (found) => found.uniqueEmail,
      brokenBy: ["by-month", "by-uuidv7"],
    },
  },

  measures: {
    "WAL bytes for a month": (found) => found.walToForget,
    "dead rows for a month": (found) => found.deadRows,
    "indexes searched per lookup": (found) => found.indexesPerLookup,
    "pages per lookup": (found) => found.pagesPerLookup,
  },
});
