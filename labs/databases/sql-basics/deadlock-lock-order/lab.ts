// Account 1 pays account 2, and account 2 pays account 1, at the same moment. Each transfer locks
// the account that pays, reads there who is paid, and locks that one too. Now each holds what the
// other wants. The server waits a while, finds the circle and kills one of the two. There is no
// circle if everybody locks in the same order, or if nobody waits for a lock while holding one.

import type { DatabaseError } from "pg";
import { contend, lab, link } from "#kit";
import { lockBarrier } from "#patterns/lock-barrier";
import { type Postgres, postgres } from "#services/postgres";

/** Locks both accounts of a transfer, and calls `meet` in between. Returns the account to pay. */
type LockBoth = (client: Postgres, payer: number, meet: () => Promise<void>) => Promise<number>;

const asTheyCome =
  (wait: "" | "NOWAIT"): LockBoth =>
  async (client, payer, meet) => {
    const payee = await lockOne(client, payer, wait);
    await meet();
    await lockOne(client, payee, wait);
    return payee;
  };

const ordered: LockBoth = async (client, payer, meet) => {
  const { rows } = await client.query("SELECT pays FROM account WHERE id = $1", [payer]);
  const payee = rows[0].pays;
  const ids = [payer, payee];
  ids.sort((a, b) => a - b); // matters: The server kills nobody; Nobody has to start over
  await lockOne(client, ids[0]);
  await meet();
  await lockOne(client, ids[1]);
  return payee;
};

/** Locks an account until the end of the transaction, and returns whom it pays. */
async function lockOne(client: Postgres, id: number, wait = ""): Promise<number> {
  const lock = `SELECT pays FROM account WHERE id = $1 FOR UPDATE ${wait}`;
  const { rows } = await client.query(lock, [id]);
  return rows[0].pays;
}

const PAY = `UPDATE account SET balance = balance + CASE id WHEN $1 THEN -1 ELSE 1 END
  WHERE id IN ($1, $2)`;
const DEADLOCK_DETECTED = "40P01";
const LOCK_NOT_AVAILABLE = "55P03";
const RETRIED = [DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE];

/** Repeats a transfer until it is made, and returns the SQLSTATE of each attempt that failed. */
async function transfer(client: Postgres, payer: number, lock: LockBoth, meet = async () => {}) {
  const failures: string[] = [];
  for (;;) {
    try {
      await client.query("BEGIN");
      const payee = await lock(client, payer, meet);
      await client.query(PAY, [payer, payee]);
      await client.query("COMMIT");
      return failures;
    } catch (error) {
      const { code = "" } = error as DatabaseError;
      if (!RETRIED.includes(code)) throw error;
      failures.push(code);
      await client.query("ROLLBACK");
    }
  }
}

export default lab({
  title: "Deadlocks: order, or do not wait",
  question: "Two transfers lock two accounts in opposite order: who dies, and what prevents it?",
  services: { postgres },
  knobs: { transfers: { value: 2, from: 2, to: 20 }, deadlockTimeoutMs: 50 },
  arms: { "as-they-come": asTheyCome(""), ordered, "nowait-retry": asTheyCome("NOWAIT") },

  async trial(lock, { postgres, knobs: { transfers, deadlockTimeoutMs } }) {
    await using observer = await postgres.connect();
    // A ring: each account pays the next one, and the last one pays the first.
    await observer.query(`
      CREATE TABLE account (id int PRIMARY KEY, pays int, balance int DEFAULT 100);
      INSERT INTO account
        SELECT id, id % ${transfers} + 1 FROM generate_series(1, ${transfers}) AS id`);

    const everybodyHoldsOne = lockBarrier(observer, transfers);
    const failures = await contend(transfers, postgres.connect, async (client, index) => {
      await client.query(`SET deadlock_timeout = ${deadlockTimeoutMs}`);
      return transfer(client, index + 1, lock, everybodyHoldsOne.arrive);
    });

    await using wire = await link(postgres.address);
    await using alone = await postgres.through(wire).connect();
    const before = wire.counts().roundTrips;
    await transfer(alone, 1, lock);
    const count = (wanted: string) => failures.flat().filter((code) => code === wanted).length;
    return {
      deadlocks: count(DEADLOCK_DETECTED),
      locksRefused: count(LOCK_NOT_AVAILABLE),
      attemptsPerTransfer: 1 + failures.flat().length / transfers,
      roundTripsAlone: wire.counts().roundTrips - before,
    };
  },

  claims: {
    "The server kills nobody": {
      holds: (found) => found.deadlocks === 0,
      brokenBy: ["as-they-come"],
    },
    "Nobody has to start over": {
      holds: (found) => found.attemptsPerTransfer === 1,
      brokenBy: ["as-they-come", "nowait-retry"],
    },
    "No account is read before it is locked": {
      // BEGIN, two locks, the update, COMMIT: there is no room for another question.
      holds: (found) => found.roundTripsAlone === 5,
      brokenBy: ["ordered"],
    },
  },

  measures: {
    "deadlocks (40P01)": (found) => found.deadlocks,
    "locks refused (55P03)": (found) => found.locksRefused,
    "attempts per transfer": (found) => found.attemptsPerTransfer,
    "round trips of a transfer alone": (found) => found.roundTripsAlone,
  },
});
