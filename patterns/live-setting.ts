import type { Client } from "pg";

/**
 * Sets a PostgreSQL server's configuration while it runs, a standby's too. Its processes take the
 * value up one by one, so who needs it in effect waits for what it brings about.
 */
export async function setLive(server: Client, name: string, value: string): Promise<void> {
  await server.query(`ALTER SYSTEM SET ${name} = '${value.replaceAll("'", "''")}'`);
  await server.query("SELECT pg_reload_conf()");
}
