// The planner chooses how to join by how many rows it expects. It knows each column by a sample,
// and takes two columns for independent: a city that one customer in fifty lives in, and a zip code
// that one in fifty has, are one in 2500 together. But a zip code says the city once more. The
// estimate is off by a factor of fifty, and a plan that suits a handful of rows runs over
// thousands.

import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { postgres } from "#services/postgres";

// Autovacuum is off for both tables, so that nobody analyzes them behind the lab's back.
const fill = (rows: number, values: number) => `
  CREATE TABLE customer (id int, city int, zip int) WITH (autovacuum_enabled = off);
  CREATE TABLE purchase (customer int, amount int) WITH (autovacuum_enabled = off);
  INSERT INTO customer
    SELECT n, n % ${values}, 10000 + n % ${values} FROM generate_series(1, ${rows}) AS n;
  INSERT INTO purchase SELECT n, n % 100 FROM generate_series(1, ${rows}) AS n;
  CREATE INDEX ON purchase (customer)`;

const ANALYZE = "ANALYZE customer, purchase";
const EXTENDED = "CREATE STATISTICS place (dependencies) ON city, zip FROM customer";

const ONE_COLUMN = "SELECT * FROM customer WHERE city = 7";
const BOTH_COLUMNS = "SELECT * FROM customer WHERE city = 7 AND zip = 10007";
const JOIN = `SELECT sum(amount) FROM customer JOIN purchase ON purchase.customer = customer.id
  WHERE city = 7 AND zip = 10007`;

export default lab({
  title: "EXPLAIN: find the estimate that is wrong",
  question: "The index is there and the query is slow: what in EXPLAIN ANALYZE tells me why?",
  services: { postgres },
  knobs: {
    rows: { value: 100_000, from: 10_000, to: 200_000 },
    values: { value: 50, from: 8, to: 200 },
  },
  arms: {
    "never-analyzed": [],
    analyzed: [ANALYZE],
    "extended-statistics": [
      EXTENDED, // matters: The plan for both columns reads fewer than 2000 pages
      ANALYZE,
    ],
  },

  async trial(prepare: string[], { postgres, knobs }) {
    await using client = await postgres.connect();
    await client.query("SET max_parallel_workers_per_gather = 0"); // one plan, one process
    await client.query(fill(knobs.rows, knobs.values));
    for (const statement of prepare) await client.query(statement);

    const one = await explain(client, ONE_COLUMN);
    const both = await explain(client, BOTH_COLUMNS);
    const join = await explain(client, JOIN);
    const named = await client.query("SELECT FROM pg_statistic_ext WHERE stxname = 'place'");
    return {
      rows: both.nodes[0]!.rows,
      estimateForOne: one.nodes[0]!.estimatedRows,
      estimateForBoth: both.nodes[0]!.estimatedRows,
      pages: join.pages,
      hashJoins: join.nodes.filter(({ type }) => type === "Hash Join").length,
      namedPairs: named.rows.length,
    };
  },

  claims: {
    "The estimate for one column is within three times the truth": {
      holds: ({ rows, estimateForOne }) => estimateForOne * 3 >= rows && estimateForOne <= rows * 3,
      brokenBy: ["never-analyzed"],
    },
    "The plan for both columns reads fewer than 2000 pages": {
      holds: (found) => found.pages < 2000,
      brokenBy: ["never-analyzed", "analyzed"],
    },
    "Nobody has to name the columns that belong together": {
      holds: (found) => found.namedPairs === 0,
      brokenBy: ["extended-statistics"],
    },
  },

  measures: {
    "actual rows": (found) => found.rows,
    "estimated rows, one column": (found) => found.estimateForOne,
    "estimated rows, both columns": (found) => found.estimateForBoth,
    "pages read": (found) => found.pages,
    "hash joins": (found) => found.hashJoins,
  },
});
