import type { Client } from "pg";
import { until } from "#kit";

/**
 * Has a PostgreSQL standby receive the log and replay nothing of it, and resolves when it stands
 * still: from then on it is as far behind as the primary writes.
 */
export async function pauseReplay(standby: Client): Promise<void> {
  await standby.query("SELECT pg_wal_replay_pause()");
  await until("the replay to stand still", async () => {
    const { rows } = await standby.query("SELECT pg_get_wal_replay_pause_state() AS state");
    return rows[0].state === "paused";
  });
}

/** Lets a standby go on, from where it stands. */
export async function resumeReplay(standby: Client): Promise<void> {
  await standby.query("SELECT pg_wal_replay_resume()");
}
