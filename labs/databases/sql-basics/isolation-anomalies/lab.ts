// Two doctors are on call, and one of them must stay. Each looks at the roster, sees the other one
// there, and goes home: write skew. Each also admits a patient, reads the number of free beds and
// writes it back less one: a lost update. Every transaction is right by itself; together they are
// wrong. The isolation level decides whether the database notices. If it does, it has two ways out:
// it sends somebody back to start over, or, where the program asks for locks, it makes them wait.

import type { DatabaseError, QueryResult } from "pg";
import { lab, sum } from "#kit";
import { lockBarrier } from "#patterns/lock-barrier";
import { type Postgres, postgres } from "#services/postgres";

/** A doctor at work. What `look` returns has been read by everybody before anybody goes on. */
type Session = { client: Postgres; doctor: number; look(select: string): Promise<QueryResult> };
type Work = (session: Session) => Promise<unknown>;

const admit: Work = async ({ client, look }) => {
  const { rows: beds } = await look("SELECT free FROM beds");
  await client.query("UPDATE beds SET free = $1", [beds[0].free - 1]);
};

const goHome: Work = async ({ client, doctor, look }) => {
  const { rows: onCall } = await look("SELECT doctor FROM on_call ORDER BY doctor");
  if (onCall.length > 1) await client.query("DELETE FROM on_call WHERE doctor = $1", [doctor]);
};

const SERIALIZATION_FAILURE = "40001";

/** Repeats a transaction until the server accepts it, and returns how many attempts that took. */
async function transact(client: Postgres, level: string, work: () => Promise<unknown>) {
  for (let attempts = 1; ; attempts++) {
    try {
      await client.query(`BEGIN ISOLATION LEVEL ${level}`);
      await work();
      await client.query("COMMIT");
      return attempts;
    } catch (error) {
      await client.query("ROLLBACK");
      if ((error as DatabaseError).code !== SERIALIZATION_FAILURE) throw error;
    }
  }
}

/** What PostgreSQL does if nobody asks for more. */
const DEFAULT = { level: "READ COMMITTED", lock: "" };

export default lab({
  title: "Isolation levels: lost update and write skew",
  question: "Which isolation level keeps my rule, and what does the program have to do for it?",
  services: { postgres },
  knobs: { doctors: 2 },
  sweeps: { doctors: [1, 4, 8, 16] },
  arms: {
    "read-committed": DEFAULT,
    "repeatable-read": {
      ...DEFAULT,
      level: "REPEATABLE READ", // matters: No update is lost
    },
    serializable: {
      ...DEFAULT,
      level: "SERIALIZABLE", // matters: No update is lost; One doctor stays on call
    },
    "row-locks": {
      ...DEFAULT,
      lock: "FOR UPDATE", // matters: No update is lost; One doctor stays on call
    },
  },

  async trial({ level, lock }, { postgres, knobs: { doctors } }) {
    await using observer = await postgres.connect();
    await observer.query(`
      CREATE TABLE beds AS SELECT ${doctors} AS free;
      CREATE TABLE on_call AS SELECT doctor FROM generate_series(1, ${doctors}) AS doctor`);

    const clients = await Promise.all(Array.from({ length: doctors }, () => postgres.connect()));
    const allAtOnce = async (work: Work) => {
      const everybodyLooked = lockBarrier(observer, doctors);
      const transactions = clients.map((client, index) => {
        const look = async (select: string) => {
          const seen = await client.query(`${select} ${lock}`);
          await everybodyLooked.arrive();
          return seen;
        };
        return transact(client, level, () => work({ client, doctor: index + 1, look }));
      });
      const attempts = sum(await Promise.all(transactions));
      return { attempts, waited: everybodyLooked.waited };
    };
    const admitted = await allAtOnce(admit);
    const left = await allAtOnce(goHome);

    const { rows } = await observer.query(
      "SELECT (SELECT free FROM beds), (SELECT count(*) FROM on_call) AS doctors",
    );
    return {
      updatesLost: Number(rows[0].free),
      doctorsOnCall: Number(rows[0].doctors),
      attempts: (admitted.attempts + left.attempts) / (2 * doctors),
      looksThatWaited: admitted.waited + left.waited,
    };
  },

  claims: {
    "No update is lost": {
      holds: (found) => found.updatesLost === 0,
      brokenBy: ["read-committed"],
    },
    "One doctor stays on call": {
      holds: (found) => found.doctorsOnCall === 1,
      brokenBy: ["read-committed", "repeatable-read"],
    },
    "Nobody has to start over": {
      holds: (found) => found.attempts === 1,
      brokenBy: ["repeatable-read", "serializable"],
    },
    "Nobody has to wait to look": {
      holds: (found) => found.looksThatWaited === 0,
      brokenBy: ["row-locks"],
    },
  },

  measures: {
    "updates lost": (found) => found.updatesLost,
    "doctors on call": (found) => found.doctorsOnCall,
    "attempts per transaction": (found) => found.attempts,
    "looks that waited": (found) => found.looksThatWaited,
  },
});
