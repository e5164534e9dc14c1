// Every connection to PostgreSQL is a process of its own, and there is a highest number of them. A
// connection for each request starts one each time. A pool keeps them, but for one program: six
// instances with a pool of six want 36. PgBouncer stands in between and lends one of a few
// connections to whoever is in a transaction. What is lent like that is a session as the one before
// has left it.

import type { DatabaseError, Pool } from "pg";
import { barrier, lab, repeat } from "#kit";
import { pgbouncer } from "#services/pgbouncer";
import { postgres } from "#services/postgres";

const INSTANCES = 6;
const OWN_TIMEOUT = "7s";

/** PostgreSQL has no connection left; PgBouncer has let somebody wait for too long. */
const REFUSALS = ["53300", "08P01"];

/** A request that sets a timeout for itself. Returns whose process it met, and in what state. */
async function request(pool: Pool): Promise<{ pid: number; timeout: string }> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query(
      "SELECT pg_backend_pid() AS pid, current_setting('statement_timeout') AS timeout",
    );
    await client.query(`SET statement_timeout = '${OWN_TIMEOUT}'`);
    return rows[0];
  } finally {
    client.release();
  }
}

/** Requests that all hold a connection at the same moment. Returns how many were refused one. */
async function rush(pools: Pool[], requests: number): Promise<number> {
  const allHere = barrier(requests);
  const ends = await Promise.allSettled(
    Array.from({ length: requests }, async (_, index) => {
      const pool = pools[index % pools.length]!;
      const client = await pool.connect().finally(() => allHere.arrive());
      await client.query("BEGIN; SELECT 1; COMMIT").finally(() => client.release());
    }),
  );
  const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  const other = errors.find((error: DatabaseError) => !REFUSALS.includes(error.code ?? ""));
  if (other) throw other;
  return errors.length;
}

export default lab({
  title: "Connections: one per request, a pool, or PgBouncer",
  question: "What breaks first when traffic grows: the connections or the code that shares them?",
  services: { postgres: postgres.with({ config: { max_connections: "20" } }), pgbouncer },
  knobs: { clients: { value: 36, from: 6, to: 90 } },
  arms: {
    "per-request": { through: "postgres", maxUses: 1 },
    "app-pool": { through: "postgres", maxUses: Infinity },
    pgbouncer: { through: "pgbouncer", maxUses: Infinity },
  },

  async trial({ through, maxUses }, { postgres, pgbouncer, knobs: { clients } }) {
    const settings = {
      default_pool_size: "6",
      query_wait_timeout: "3",
      pool_mode: "transaction", // matters: No request is refused
    };
    await pgbouncer.configure({ shop: postgres.address }, settings);
    const options = { max: clients / INSTANCES, maxUses };
    const pools = await Promise.all(
      Array.from({ length: INSTANCES }, () =>
        through === "postgres" ? postgres.pool(options) : pgbouncer.pool("shop", options),
      ),
    );

    const first = await repeat(INSTANCES, (instance) => request(pools[instance]!));
    const second = await repeat(INSTANCES, (instance) => request(pools[instance]!));
    const known = first.map(({ pid }) => pid);
    return {
      backendsStarted: second.filter(({ pid }) => !known.includes(pid)).length,
      settingsLeaked: second.filter(({ timeout }) => timeout === OWN_TIMEOUT).length,
      refused: await rush(pools, clients),
    };
  },

  claims: {
    "No request is refused": {
      holds: (found) => found.refused === 0,
      brokenBy: ["per-request", "app-pool"],
    },
    "A request starts no backend process": {
      holds: (found) => found.backendsStarted === 0,
      brokenBy: ["per-request"],
    },
    "A SET made for one request is not seen by the next": {
      holds: (found) => found.settingsLeaked === 0,
      brokenBy: ["app-pool", "pgbouncer"],
    },
  },

  measures: {
    "requests refused": (found) => found.refused,
    "backends started": (found) => found.backendsStarted,
    "settings leaked": (found) => found.settingsLeaked,
  },
});
