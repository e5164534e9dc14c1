// A view shows a tenant its own rows: WHERE tenant = mine. The caller adds a condition of their
// own, and the planner runs the cheaper of the two first. If the caller's condition is a function
// that talks, it has seen rows of others before the view's condition threw them out. A security
// barrier forbids that order, and with it the use of an index for the caller's condition.

import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { postgres } from "#services/postgres";

const INDEX = "note_lower_idx";

const fill = (rows: number, tenants: number) => `
  DROP ROLE IF EXISTS customer;
  CREATE ROLE customer LOGIN;
  CREATE TABLE note AS
    SELECT n % ${tenants} AS tenant, format('note %s of tenant %s', n, n % ${tenants}) AS body
      FROM generate_series(1, ${rows}) AS n;
  CREATE INDEX ${INDEX} ON note (lower(body));
  GRANT USAGE ON SCHEMA public TO customer`;

/** A function of the caller's own that tells every value it is given, and costs next to nothing. */
const PEEK = `
  CREATE FUNCTION pg_temp.peek(body text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
  AS $$ BEGIN RAISE NOTICE '%', body; RETURN true; END $$`;

const TENANT = 1;
const VIEW = `CREATE VIEW mine AS SELECT * FROM note WHERE tenant = ${TENANT}`;
const BARRIER = "ALTER VIEW mine SET (security_barrier)";
const POLICY = `CREATE POLICY mine ON note USING (tenant = ${TENANT})`;
const ENFORCE = "ALTER TABLE note ENABLE ROW LEVEL SECURITY";

export default lab({
  title: "Views: a filter that leaks, one that does not, and its price",
  question: "Does a view that shows only my tenant's rows really hide the others?",
  // A server of its own, since roles belong to the server and not to a database.
  services: { postgres: postgres.own() },
  knobs: { rows: { value: 2000, from: 100, to: 20_000 }, tenants: { value: 10, from: 2, to: 50 } },
  arms: {
    view: { rules: [VIEW], from: "mine" },
    "security-barrier": {
      rules: [
        VIEW,
        BARRIER, // matters: A function in the caller's WHERE sees no other tenant's row
      ],
      from: "mine",
    },
    "row-security": { rules: [POLICY, ENFORCE], from: "note" },
  },

  async trial({ rules, from }, { postgres, knobs }) {
    await using owner = await postgres.connect();
    await owner.query(fill(knobs.rows, knobs.tenants));
    for (const rule of rules) await owner.query(rule);
    await owner.query(`GRANT SELECT ON ${from} TO customer`);
    await owner.query("ANALYZE note");

    await using customer = await postgres.connect({ user: "customer" });
    const told: string[] = [];
    customer.on("notice", ({ message = "" }) => told.push(message));
    await customer.query(PEEK);
    await customer.query(`SELECT FROM ${from} WHERE pg_temp.peek(body)`);
    const search = `SELECT * FROM ${from} WHERE lower(body) = 'note 1 of tenant ${TENANT}'`;
    const found = await explain(customer, search);

    await owner.query("GRANT SELECT ON note TO customer"); // one GRANT too many, some day
    const { rows } = await customer.query("SELECT FROM note WHERE tenant <> $1", [TENANT]);
    return {
      told: told.length,
      secretsTold: told.filter((body) => !body.endsWith(`of tenant ${TENANT}`)).length,
      othersInTable: rows.length,
      pages: found.pages,
      usesIndex: found.nodes.some(({ index }) => index === INDEX),
    };
  },

  claims: {
    "A function in the caller's WHERE sees no other tenant's row": {
      holds: (found) => found.secretsTold === 0,
      brokenBy: ["view"],
    },
    "A role with rights on the table is filtered too": {
      holds: (found) => found.othersInTable === 0,
      brokenBy: ["view", "security-barrier"],
    },
    "A search on an indexed expression uses the index": {
      holds: (found) => found.usesIndex,
      brokenBy: ["security-barrier", "row-security"],
    },
  },

  measures: {
    "secrets of others seen": (found) => found.secretsTold,
    "rows of others seen in the table": (found) => found.othersInTable,
    "pages per search": (found) => found.pages,
  },
});
