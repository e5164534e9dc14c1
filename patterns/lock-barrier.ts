import type { Client } from "pg";
import { until } from "#kit";

/** A place where sessions of one database meet, although a lock may keep some of them from it. */
export interface LockBarrier {
  /** Resolves when every session has arrived or waits for a lock. Later ones pass at once. */
  arrive(): Promise<void>;
  /** How many waited for a lock when the barrier opened. */
  readonly waited: number;
}

/**
 * A barrier for a known number of PostgreSQL sessions that takes waiting for a lock as arriving.
 * With it one arm can lock before the meeting and another need not, and both are brought to the
 * point where they collide. The observer is a connection that does nothing else meanwhile.
 */
export function lockBarrier(observer: Client, sessions: number): LockBarrier {
  let arrived = 0;
  let waited = 0;
  let opened: Promise<true> | undefined;
  const allMet = async () => {
    const here = arrived; // read first: who comes while we ask has then been counted once at most
    waited = await lockWaits(observer);
    return here + waited >= sessions;
  };
  return {
    async arrive() {
      arrived += 1;
      opened ??= until(`${sessions} sessions to arrive or to wait for a lock`, allMet);
      await opened;
    },
    get waited() {
      return waited;
    },
  };
}

/**
 * Resolves when a statement has ended, with false, or waits for a lock, with true. How it has ended
 * is for its own promise to say. `waiting` is how many others of the database wait already.
 */
export async function waitsForLock(
  observer: Client,
  statement: Promise<unknown>,
  waiting = 0,
): Promise<boolean> {
  const met = lockBarrier(observer, waiting + 2);
  statement.then(met.arrive, met.arrive);
  await met.arrive();
  return met.waited > waiting;
}

/** How many sessions of the observer's database wait for a lock now. */
async function lockWaits(observer: Client): Promise<number> {
  const { rows } = await observer.query<{ waits: number }>(
    `SELECT count(*)::int AS waits FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend'
        AND wait_event_type = 'Lock'`,
  );
  return rows[0]!.waits;
}
