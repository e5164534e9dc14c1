// Is this e-mail address taken? No, so insert it. Two who sign up at the same instant are both told
// no, and both insert: the answer was true when it was given. Only the server sees both of them,
// and it looks at the moment of the insert if there is a UNIQUE index that makes it look.

import type { DatabaseError } from "pg";
import { barrier, lab, link, repeat } from "#kit";
import { type Postgres, postgres } from "#services/postgres";

/** Creates an account, or returns false where the address is taken. */
type SignUp = (
  client: Postgres,
  email: string,
  bothLooked: () => Promise<void>,
) => Promise<boolean>;

const checkThenInsert: SignUp = async (client, email, bothLooked) => {
  const { rowCount } = await client.query("SELECT FROM account WHERE email = $1", [email]);
  await bothLooked();
  if (rowCount) return false;
  await client.query("INSERT INTO account (email) VALUES ($1)", [email]);
  return true;
};

const insert: SignUp = async (client, email) => {
  await client.query("INSERT INTO account (email) VALUES ($1)", [email]);
  return true;
};

const onConflict: SignUp = async (client, email) => {
  const { rowCount } = await client.query(
    "INSERT INTO account (email) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id",
    [email],
  );
  return rowCount === 1;
};

const UNIQUE = "CREATE UNIQUE INDEX ON account (email)";
const UNIQUE_VIOLATION = "23505";

export default lab({
  title: "Create, read, update, delete: constraints over checks",
  question: "Is it enough to look whether the e-mail is taken before I insert it?",
  services: { postgres },
  knobs: { pairs: 20 },
  arms: {
    "check-then-insert": { signUp: checkThenInsert, index: "" },
    "unique-constraint": { signUp: insert, index: UNIQUE },
    "on-conflict": { signUp: onConflict, index: UNIQUE },
  },

  async trial({ signUp, index }, { postgres, knobs: { pairs } }) {
    await using observer = await postgres.connect();
    await observer.query("CREATE TABLE account (id bigserial PRIMARY KEY, email text)");
    await observer.query(index); // matters: Two sign-ups at one instant leave one account
    await using wire = await link(postgres.address);
    await using first = await postgres.through(wire).connect();
    await using second = await postgres.through(wire).connect();
    const before = wire.counts().roundTrips;

    let exceptions = 0;
    const attempt: SignUp = (...request) =>
      signUp(...request).catch((error: DatabaseError) => {
        if (error.code !== UNIQUE_VIOLATION) throw error;
        exceptions += 1;
        return false;
      });
    await repeat(pairs, async (n) => {
      const email = `person-${n}@example.org`;
      const bothLooked = barrier(2);
      await Promise.all([first, second].map((client) => attempt(client, email, bothLooked.arrive)));
      await attempt(first, email, bothLooked.arrive); // a third one, who comes too late
    });

    const { rows: totals } = await observer.query(
      `SELECT count(*)::int AS accounts, (SELECT last_value::int FROM account_id_seq) AS ids
         FROM account`,
    );
    const { accounts, ids } = totals[0];
    return {
      duplicates: accounts - pairs,
      exceptions,
      idsWasted: ids - accounts,
      roundTrips: (wire.counts().roundTrips - before) / (3 * pairs),
    };
  },

  claims: {
    "Two sign-ups at one instant leave one account": {
      holds: (found) => found.duplicates === 0,
      brokenBy: ["check-then-insert"],
    },
    "The loser is told without an exception": {
      holds: (found) => found.exceptions === 0,
      brokenBy: ["unique-constraint"],
    },
    "A refused sign-up uses up no id": {
      holds: (found) => found.idsWasted === 0,
      brokenBy: ["unique-constraint", "on-conflict"],
    },
  },

  measures: {
    "duplicate accounts": (found) => found.duplicates,
    exceptions: (found) => found.exceptions,
    "gaps in the sequence": (found) => found.idsWasted,
    "round trips per sign-up": (found) => found.roundTrips,
  },
});
