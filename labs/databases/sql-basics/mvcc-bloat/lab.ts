// An update writes a new version of the row and leaves the old one for whoever may still see it.
// VACUUM clears away what nobody can see any more, and how far that reaches is decided by the
// oldest snapshot that is still open. A session that has read once and then sits idle in its
// transaction holds back the cleaning of every table. VACUUM FULL gives the space back, and locks
// all others out.

import { lab, repeat, until } from "#kit";
import { explain } from "#patterns/explain";
import { waitsForLock } from "#patterns/lock-barrier";
import { type Postgres, type PostgresFace, postgres } from "#services/postgres";

/** Reads once and leaves the transaction open. */
const SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1";
const READ = "SELECT * FROM item";

async function fill(client: Postgres, rows: number): Promise<void> {
  await client.query(`
    DROP TABLE IF EXISTS item;
    CREATE TABLE item WITH (autovacuum_enabled = off) AS
      SELECT id, 0 AS updates FROM generate_series(1, ${rows}) AS id`);
  await client.query("VACUUM item"); // gives back the pages that the load took ahead
}

async function bytesOf(client: Postgres): Promise<number> {
  const { rows } = await client.query("SELECT pg_relation_size('item')::int AS bytes");
  return rows[0].bytes;
}

/** Leaves a session idle in a transaction; where it has a timeout, until the server ends it. */
async function leaveIdle(session: Postgres, begin: string, timeoutMs: number, observer: Postgres) {
  const { rows: ids } = await session.query("SELECT pg_backend_pid() AS pid");
  await session.query(`SET idle_in_transaction_session_timeout = ${timeoutMs}`);
  await session.query(begin);
  if (timeoutMs === 0) return;
  await until("the idle session to be ended", async () => {
    const found = await observer.query("SELECT FROM pg_stat_activity WHERE pid = $1", [ids[0].pid]);
    return found.rows.length === 0;
  });
}

/** The table is cleaned while somebody has it open, and a reader comes: does the reader wait? */
async function readerWaits(server: PostgresFace, observer: Postgres, clean: string) {
  await using holder = await server.connect();
  await using cleaner = await server.connect();
  await using reader = await server.connect();
  await holder.query(`BEGIN; ${READ}`);
  const cleaned = cleaner.query(clean);
  const cleanerWaits = await waitsForLock(observer, cleaned);
  const read = reader.query(READ);
  const waits = await waitsForLock(observer, read, Number(cleanerWaits));
  await holder.query("COMMIT");
  await Promise.all([cleaned, read]);
  return waits;
}

export default lab({
  title: "MVCC: dead rows, VACUUM, and the transaction that was left open",
  question: "The table has a thousand rows: why does its file grow and grow?",
  services: { postgres },
  knobs: { rows: 1000, rounds: 20 },
  arms: {
    vacuum: { begin: "", timeoutMs: 0, clean: "VACUUM (VERBOSE) item" },
    "behind-a-snapshot": { begin: SNAPSHOT, timeoutMs: 0, clean: "VACUUM (VERBOSE) item" },
    "idle-timeout": { begin: SNAPSHOT, timeoutMs: 50, clean: "VACUUM (VERBOSE) item" },
    "vacuum-full": { begin: "", timeoutMs: 0, clean: "VACUUM (FULL, VERBOSE) item" },
  },

  async trial({ begin, timeoutMs, clean }, { postgres, knobs: { rows, rounds } }) {
    await using observer = await postgres.connect();
    await using idle = await postgres.connect();
    await using client = await postgres.connect();
    await fill(client, rows);
    await leaveIdle(idle, begin, timeoutMs, observer);

    const bytesAtFirst = await bytesOf(client);
    let deadRows = 0;
    client.on("notice", ({ message = "" }) => {
      deadRows = Number(/(\d+) are dead but not yet removable/.exec(message)?.[1] ?? deadRows);
    });
    await repeat(rounds, async () => {
      await client.query("UPDATE item SET updates = updates + 1");
      await client.query(clean);
    });
    client.removeAllListeners("notice");
    const bytes = await bytesOf(client);
    const { pages } = await explain(client, READ);

    await fill(client, rows);
    await client.query("DELETE FROM item WHERE id % 10 > 0");
    await client.query(clean);
    const bytesAfterDelete = await bytesOf(client);

    const waits = await readerWaits(postgres, observer, clean);
    const alive = await idle.query("COMMIT").then(
      () => true,
      () => false,
    );
    return { bytesAtFirst, bytes, pages, deadRows, bytesAfterDelete, waits, alive };
  },

  claims: {
    "The table stays below four times its first size": {
      holds: (found) => found.bytes < 4 * found.bytesAtFirst,
      brokenBy: ["behind-a-snapshot"],
    },
    "Nobody's session is ended by the server": {
      holds: (found) => found.alive,
      brokenBy: ["idle-timeout"],
    },
    "A reader never waits": {
      holds: (found) => !found.waits,
      brokenBy: ["vacuum-full"],
    },
    "The file shrinks after nine rows in ten have been deleted": {
      holds: (found) => found.bytesAfterDelete < found.bytesAtFirst,
      brokenBy: ["vacuum", "behind-a-snapshot", "idle-timeout"],
    },
  },

  measures: {
    "file size": (found) => found.bytes,
    "pages per full read": (found) => found.pages,
    "dead rows that VACUUM had to leave": (found) => found.deadRows,
    "file size after the deletion": (found) => found.bytesAfterDelete,
  },
});
