// An index on two columns is sorted like a telephone book: by the first, and within equal firsts by
// the second. Whoever knows the first finds the second in order; whoever knows only the second has
// to look under every first. So of the columns of a query the one that is compared with = comes
// before the one that is sorted by or searched in a range.

import { lab, sum } from "#kit";
import { explain } from "#patterns/explain";
import { postgres } from "#services/postgres";

const NEWEST_OF_TENANT = "SELECT * FROM event WHERE tenant = 1 ORDER BY at DESC LIMIT 20";
const ONE_MINUTE_OF_ALL = `SELECT * FROM event
  WHERE at >= '2026-01-01 06:00' AND at < '2026-01-01 06:01'`;

/** One event a second, each of another tenant than the one before. */
const fill = (rows: number, tenants: number) => `
  CREATE TABLE event AS
    SELECT n * 7919 % ${tenants} AS tenant, repeat('event ', 10) AS text,
           timestamp '2026-01-01' + n * interval '1 second' AS at
      FROM generate_series(1, ${rows}) AS n`;

const INDEXES = `
  SELECT count(*)::int AS count, sum(pg_relation_size(indexrelid))::int AS bytes
    FROM pg_index WHERE indrelid = 'event'::regclass`;

export default lab({
  title: "The order of columns in a composite index",
  question: "For WHERE tenant = ? ORDER BY at: index (tenant, at), (at, tenant), or two indexes?",
  services: { postgres },
  knobs: {
    rows: { value: 100_000, from: 30_000, to: 200_000 },
    tenants: { value: 250, from: 2, to: 500 },
  },
  arms: {
    "tenant-at": ["tenant, at"],
    "at-tenant": ["at, tenant"],
    "two-indexes": ["tenant", "at"],
  },

  async trial(indexes: string[], { postgres, knobs }) {
    await using client = await postgres.connect();
    await client.query(fill(knobs.rows, knobs.tenants));
    for (const columns of indexes) await client.query(`CREATE INDEX ON event (${columns})`);
    await client.query("VACUUM ANALYZE event");

    const newest = await explain(client, NEWEST_OF_TENANT);
    const minute = await explain(client, ONE_MINUTE_OF_ALL);
    const insert = await explain(client, "INSERT INTO event VALUES (1, 'new', now())");
    const { rows: indexed } = await client.query(INDEXES);
    return {
      pagesForNewest: newest.pages,
      pagesForMinute: minute.pages,
      indexSearches: sum(minute.nodes.map((node) => node.indexSearches)),
      walPerInsert: insert.walBytes,
      indexes: indexed[0].count as number,
      indexBytes: indexed[0].bytes as number,
    };
  },

  claims: {
    "The newest twenty of a tenant read fewer than thirty pages": {
      holds: (found) => found.pagesForNewest < 30,
      brokenBy: ["at-tenant", "two-indexes"],
    },
    "A time range over all tenants reads fewer than ten pages": {
      holds: (found) => found.pagesForMinute < 10,
      brokenBy: ["tenant-at"],
    },
    "A write maintains one index": {
      holds: (found) => found.indexes === 1,
      brokenBy: ["two-indexes"],
    },
  },

  measures: {
    "pages per query": (found) => found.pagesForNewest,
    "pages for the time range": (found) => found.pagesForMinute,
    "index searches for the time range": (found) => found.indexSearches,
    "WAL bytes per insert": (found) => found.walPerInsert,
    "bytes of indexes": (found) => found.indexBytes,
  },
});
