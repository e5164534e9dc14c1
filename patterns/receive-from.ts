import type { Client } from "pg";
import { type Address, until } from "#kit";
import { setLive } from "./live-setting.ts";

/**
 * Has a standby receive the log from another address from now on, such as that of a link before its
 * primary, and resolves when it does. The name is its application_name, by which it is known there.
 */
export async function receiveFrom(
  standby: Client,
  { host, port }: Address,
  name = "standby-1",
): Promise<void> {
  const source = `host=${host} port=${port} user=postgres application_name=${name}`;
  await setLive(standby, "primary_conninfo", source);
  await until(`${name} to receive from ${host}:${port}`, async () => {
    const { rowCount } = await standby.query(
      "SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = $1",
      [port],
    );
    return rowCount === 1;
  });
}
