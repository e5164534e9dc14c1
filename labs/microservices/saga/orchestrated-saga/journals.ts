// What an orchestrator writes down, so that it knows where it was when it comes back.

import { randomUUID } from "node:crypto";
import type { Pool } from "pg";

export const STEPS = ["reserve", "charge", "ship"];

export interface Journal {
  /** Before the first step of a saga. */
  begin(saga: number): Promise<unknown>;
  /** Before a step; returns the key to send with it, if there is one. */
  before(saga: number, step: string): Promise<string | undefined>;
  /** After the answer to a step. */
  after(saga: number, step: string): Promise<unknown>;
  /** Sagas that have begun and not ended, with the number of steps known to be done. */
  unfinished(): Promise<{ saga: number; done: number }[]>;
}

/** Remembers nothing: the running function is the state. */
export const inMemory = (): Journal => ({
  begin: async () => {},
  before: async () => undefined,
  after: async () => {},
  unfinished: async () => [],
});

/** Writes down each step when it is done. */
export const journalAfter = (db: Pool): Journal => ({
  begin: (saga) => db.query("INSERT INTO saga VALUES ($1)", [saga]),
  before: async () => undefined,
  after: (saga, step) => db.query("INSERT INTO journal VALUES ($1, $2, 'done')", [saga, step]),
  async unfinished() {
    const { rows } = await db.query(
      `SELECT saga, (SELECT count(*)::int FROM journal
                      WHERE journal.saga = saga.saga AND entry = 'done') AS done
         FROM saga ORDER BY saga`,
    );
    return rows.filter(({ done }) => done < STEPS.length);
  },
});

/** Writes down a step before it begins too, with a key that a second attempt will find there. */
export const journalAndKeys = (db: Pool): Journal => ({
  ...journalAfter(db),
  async before(saga, step) {
    const { rows } = await db.query(
      "SELECT key FROM journal WHERE saga = $1 AND step = $2 AND entry = 'begun'",
      [saga, step],
    );
    if (rows[0]) return rows[0].key; // matters: No card is charged twice
    const key = randomUUID();
    await db.query("INSERT INTO journal VALUES ($1, $2, 'begun', $3)", [saga, step, key]);
    return key;
  },
});
