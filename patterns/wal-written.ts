import type { ClientBase } from "pg";

/**
 * How many bytes the server writes to its write-ahead log while the work is done. All sessions
 * write to that log, so the server must be the lab's own; of a single SELECT, INSERT, UPDATE or
 * DELETE `explain` tells the bytes alone.
 */
export async function walWritten(client: ClientBase, work: () => Promise<unknown>) {
  const { rows: before } = await client.query("SELECT pg_current_wal_insert_lsn() AS lsn");
  await work();
  const { rows: after } = await client.query(
    "SELECT (pg_current_wal_insert_lsn() - $1::pg_lsn)::float8 AS bytes",
    [before[0].lsn],
  );
  return after[0].bytes as number;
}
