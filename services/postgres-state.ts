// The state of a PostgreSQL server beside its data: what it begins with, and what a trial may leave.

import type { Client } from "pg";
import type { Files } from "#kit";
import { QUICK } from "./postgres.ts";

/**
 * The files that configure a server with these settings. They are no arguments, so that a lab may
 * overrule them with ALTER SYSTEM.
 */
export function configOf(settings: Readonly<Record<string, string>>): Files {
  const lines = Object.entries({ ...QUICK, ...settings }).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  return {
    "postgresql.conf": lines.join(""),
    "pg_hba.conf": "host all all all trust\nhost replication all all trust\n",
  };
}

/** Whether a server is as initdb and the service made it, but for what its schemas hold. */
const PLAIN = `
  SELECT NOT EXISTS (SELECT FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.auto.conf')
     AND NOT EXISTS (SELECT FROM pg_db_role_setting)
     AND NOT EXISTS (SELECT FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1'))
     AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname <> 'postgres' AND rolname NOT LIKE 'pg\\_%')
     AND NOT EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
     AND NOT EXISTS (SELECT FROM pg_foreign_data_wrapper)
     AND NOT EXISTS (SELECT FROM pg_publication)
     AND NOT EXISTS (SELECT FROM pg_subscription)
     AND NOT EXISTS (SELECT FROM pg_replication_slots)
     AND NOT EXISTS (SELECT FROM pg_prepared_xacts) AS plain`;

/** True while dropping its schemas makes the server as new. */
export async function isPlain(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ plain: boolean }>(PLAIN);
  return rows[0]!.plain;
}
