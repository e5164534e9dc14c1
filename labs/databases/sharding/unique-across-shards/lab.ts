// Users are spread over shards by their id, and no two may have the same e-mail address. A unique index
// sees its own shard only. To ask all the others first leaves a moment between the question and the
// insert. What must be unique has to be the key by which something is sharded: then one shard decides.

import { barrier, lab, repeat, sum } from "#kit";
import { hashOf } from "#patterns/key-hash";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";

interface User {
  readonly id: number;
  readonly email: string;
}

/** The shards as one sign-up sees them. */
class Shards {
  readonly #clients: readonly Postgres[];
  /** Which of them it has used. */
  readonly touched = new Set<Postgres>();

  constructor(clients: readonly Postgres[]) {
    this.#clients = clients;
  }

  /** The shard that has what is known by a key. */
  of(key: number | string): Postgres {
    const shard = this.#clients[hashOf(`${key}`) % this.#clients.length]!;
    this.touched.add(shard);
    return shard;
  }

  get all(): readonly Postgres[] {
    for (const shard of this.#clients) this.touched.add(shard);
    return this.#clients;
  }
}

/** Signs a user up; false when the address is taken. `meet` is where both of a pair are held. */
type SignUp = (user: User, shards: Shards, meet: () => Promise<void>) => Promise<boolean>;

const INSERT = "INSERT INTO account VALUES ($1, $2) ON CONFLICT DO NOTHING";

const uniquePerShard: SignUp = async ({ id, email }, shards, meet) => {
  await meet();
  return (await shards.of(id).query(INSERT, [id, email])).rowCount === 1;
};

const askAllThenInsert: SignUp = async (user, shards, meet) => {
  const taken = "SELECT FROM account WHERE email = $1";
  const answers = await Promise.all(shards.all.map((shard) => shard.query(taken, [user.email])));
  await meet();
  if (answers.some(({ rowCount }) => rowCount! > 0)) return false;
  return (await shards.of(user.id).query(INSERT, [user.id, user.email])).rowCount === 1;
};

const claimFirst: SignUp = async (user, shards, meet) => {
  const claim = "INSERT INTO claim VALUES ($1) ON CONFLICT DO NOTHING";
  const { rowCount } = await shards.of(user.email).query(claim, [user.email]);
  await meet();
  if (rowCount === 0) return false; // matters: One account per address
  return (await shards.of(user.id).query(INSERT, [user.id, user.email])).rowCount === 1;
};

const SCHEMA = `
  CREATE TABLE account (id int PRIMARY KEY, email text UNIQUE);
  CREATE TABLE claim (email text PRIMARY KEY)`;

/** Two users with the same address who are on different shards. */
function pairOf(number: number, clients: readonly Postgres[]): [User, User] {
  const shards = new Shards(clients);
  const email = `user-${number}@example.com`;
  let other = 1_000 * number + 1;
  while (shards.of(other) === shards.of(1_000 * number)) other += 1;
  return [
    { id: 1_000 * number, email },
    { id: other, email },
  ];
}

export default lab({
  title: "One e-mail address, four shards: global uniqueness",
  question:
    "Users are sharded by id: how do I keep two of them from signing up with the same address?",
  services: { postgres: postgresShards.with({ shards: 4 }) },
  knobs: { pairs: { value: 50, from: 10, to: 200 } },
  arms: {
    "unique-per-shard": uniquePerShard,
    "ask-all-then-insert": askAllThenInsert,
    "claim-first": claimFirst,
  },

  async trial(signUp, { postgres, knobs: { pairs } }) {
    const clients = await Promise.all(
      postgres.shards.map((name) => postgres.shard(name).connect()),
    );
    for (const client of clients) await client.query(SCHEMA);
    const touched = await repeat(pairs, async (number) => {
      const both = barrier(2);
      const signUps = pairOf(number, clients).map(async (user) => {
        const shards = new Shards(clients);
        await signUp(user, shards, both.arrive);
        return shards.touched.size;
      });
      return sum(await Promise.all(signUps));
    });
    const accounts = await Promise.all(
      clients.map((client) => client.query("SELECT FROM account")),
    );
    const duplicates = sum(accounts.map(({ rowCount }) => rowCount!)) - pairs;

    const [unlucky, next] = pairOf(pairs, clients);
    const crash = () => Promise.reject(new Error("killed"));
    await signUp(unlucky, new Shards(clients), crash).catch(() => {});
    const isFree = await signUp(next, new Shards(clients), async () => {});
    return { duplicates, touched: sum(touched) / (2 * pairs), isFree };
  },

  claims: {
    "One account per address": {
      holds: (found) => found.duplicates === 0,
      brokenBy: ["unique-per-shard", "ask-all-then-insert"],
    },
    "A sign-up touches one shard": {
      holds: (found) => found.touched === 1,
      brokenBy: ["ask-all-then-insert", "claim-first"],
    },
    "A crash half way leaves no address taken by nobody": {
      holds: (found) => found.isFree,
      brokenBy: ["claim-first"],
    },
  },

  measures: {
    "duplicate accounts": (found) => found.duplicates,
    "shards touched per sign-up": (found) => found.touched,
    "addresses taken by nobody": (found) => Number(!found.isFree),
  },
});
