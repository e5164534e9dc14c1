// A dashboard shows the ten best customers, and sums up all purchases each time that somebody
// looks. A materialized view keeps the sums, and is as old as its last refresh. A plain refresh
// builds the view anew and locks readers out while it puts the new one in place of the old.
// CONCURRENTLY compares the two row by row and changes what differs, which takes a unique index and
// more work.

import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { waitsForLock } from "#patterns/lock-barrier";
import { walWritten } from "#patterns/wal-written";
import { postgres } from "#services/postgres";

const fill = (purchases: number, customers: number) => `
  CREATE TABLE purchase AS
    SELECT n % ${customers} AS customer, n % 97 AS amount
      FROM generate_series(1, ${purchases}) AS n`;

const TOTALS = `VIEW totals AS
  SELECT customer, sum(amount) AS total, repeat('customer ', 10) || customer AS title
    FROM purchase GROUP BY customer`;
const MATERIALIZED = `
  CREATE MATERIALIZED ${TOTALS};
  CREATE UNIQUE INDEX ON totals (customer);
  CREATE INDEX ON totals (total)`;

const BEST = "SELECT * FROM totals ORDER BY total DESC LIMIT 10";

export default lab({
  title: "Materialized views: fresh, fast, or not in the way",
  question: "A dashboard sums the same table all day: view or materialized view, refreshed how?",
  // A server of its own, since the WAL of a refresh can only be told by the server's whole WAL.
  services: { postgres: postgres.with({ config: { autovacuum: "off" } }) },
  knobs: {
    purchases: { value: 20_000, from: 10_000, to: 100_000 },
    customers: { value: 10_000, from: 5_000, to: 10_000 },
  },
  arms: {
    view: { create: `CREATE ${TOTALS}`, refresh: ["SELECT 1"] },
    refresh: { create: MATERIALIZED, refresh: ["REFRESH MATERIALIZED VIEW totals"] },
    "refresh-concurrently": {
      create: MATERIALIZED,
      refresh: [
        "REFRESH MATERIALIZED VIEW",
        "CONCURRENTLY", // matters: No reader waits for a refresh; One changed row logs little
        "totals",
      ],
    },
  },

  async trial({ create, refresh }, { postgres, knobs }) {
    await using dashboard = await postgres.connect();
    await using refresher = await postgres.connect();
    await using observer = await postgres.connect();
    await observer.query(fill(knobs.purchases, knobs.customers));
    await observer.query(create);
    await observer.query("ANALYZE");
    const { pages } = await explain(dashboard, BEST);

    await observer.query("INSERT INTO purchase VALUES (7, 1000000)");
    const { rows: best } = await dashboard.query(BEST);
    const { rows: sizes } = await observer.query(
      "SELECT pg_relation_size('purchase')::int AS bytes",
    );

    let waited = false;
    const walBytes = await walWritten(observer, async () => {
      await refresher.query("BEGIN");
      await refresher.query(refresh.join(" "));
      const read = dashboard.query(BEST);
      waited = await waitsForLock(observer, read); // it has read, or waits for the refresh
      await refresher.query("COMMIT");
      await read;
    });
    return {
      pages,
      fresh: best[0].customer === 7,
      readersThatWaited: Number(waited),
      walBytes,
      tableBytes: sizes[0].bytes as number,
    };
  },

  claims: {
    "The ten best are read from fewer than twenty pages": {
      holds: (found) => found.pages < 20,
      brokenBy: ["view"],
    },
    "The answer contains the last committed row": {
      holds: (found) => found.fresh,
      brokenBy: ["refresh", "refresh-concurrently"],
    },
    "No reader waits for a refresh": {
      holds: (found) => found.readersThatWaited === 0,
      brokenBy: ["refresh"],
    },
    "One changed row logs little": {
      holds: (found) => found.walBytes < found.tableBytes / 10,
      brokenBy: ["refresh"],
    },
  },

  measures: {
    "pages per read": (found) => found.pages,
    "readers that waited": (found) => found.readersThatWaited,
    "WAL bytes per refresh": (found) => found.walBytes,
  },
});
