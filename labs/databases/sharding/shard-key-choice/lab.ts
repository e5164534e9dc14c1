// Orders are spread over shards by the hash of one of their columns. A hash is fair to keys, not to
// rows: where one country has most orders, or one customer a third of them, so has one shard. And a
// query that does not name the column has to ask every shard.

import { lab, Random, sum } from "#kit";
import { hashOf } from "#patterns/key-hash";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";

interface Customer {
  readonly id: number;
  readonly country: string;
}

interface Order {
  readonly id: number;
  readonly customer: Customer;
  readonly amount: number;
}

const SHARDS = 4;
const WHALE: Customer = { id: 0, country: "us" };

/** A way to spread orders. Without a rule for a query every shard is asked. */
interface Spread {
  shardOf(order: Order): number;
  ofCustomer?(customer: Customer): number[] | undefined;
  ofCountry?(country: string): number[];
}

const hashed = (key: string | number) => hashOf(`${key}`) % SHARDS;

const byCountry: Spread = {
  shardOf: ({ customer }) => hashed(customer.country),
  ofCustomer: ({ country }) => [hashed(country)],
  ofCountry: (country) => [hashed(country)],
};

const byCustomer: Spread = {
  shardOf: ({ customer }) => hashed(customer.id),
  ofCustomer: ({ id }) => [hashed(id)],
};

const byOrder: Spread = { shardOf: ({ id }) => hashed(id) };

const splitWhales: Spread = {
  shardOf({ id, customer }) {
    if (customer === WHALE) return hashed(`${customer.id}/${id}`); // matters: No shard holds more than 1.5 times its share
    return hashed(customer.id);
  },
  ofCustomer: (customer) => (customer === WHALE ? undefined : [hashed(customer.id)]),
};

/** Orders of one country for the most part, a good share of them one customer's. */
function someOrders(count: number, whalePercent: number): Order[] {
  const random = new Random(1);
  const customers = Array.from({ length: 2_000 }, (_, index) => ({
    id: index + 1,
    country: random.chance(0.5) ? "us" : random.pick(["br", "de", "in", "jp", "ng"]),
  }));
  return Array.from({ length: count }, (_, id) => ({
    id,
    customer: random.chance(whalePercent / 100) ? WHALE : random.pick(customers),
    amount: random.integer(1, 100),
  }));
}

/** Puts every order on its shard, and returns the share of the fullest one. */
async function load(shards: readonly Postgres[], orders: readonly Order[], spread: Spread) {
  const byShard = Map.groupBy(orders, (order) => spread.shardOf(order));
  for (const [index, shard] of shards.entries()) {
    await shard.query("CREATE TABLE orders (customer int, country text, amount int)");
    const own = byShard.get(index) ?? [];
    await shard.query("INSERT INTO orders SELECT * FROM unnest($1::int[], $2::text[], $3::int[])", [
      own.map(({ customer }) => customer.id),
      own.map(({ customer }) => customer.country),
      own.map(({ amount }) => amount),
    ]);
  }
  return Math.max(...[...byShard.values()].map(({ length }) => length)) / orders.length;
}

/** Adds up amounts on the shards that have to be asked; a wrong sum is an error. */
async function ask(shards: readonly Postgres[], where: string, value: unknown, truth: number) {
  const question = `SELECT coalesce(sum(amount), 0)::int AS amount FROM orders WHERE ${where} = $1`;
  const answers = await Promise.all(shards.map((shard) => shard.query(question, [value])));
  const found = sum(answers.map(({ rows }) => rows[0].amount));
  if (found !== truth) throw new Error(`${found} is not the sum ${truth} of ${where} ${value}`);
  return shards.length;
}

export default lab({
  title: "Hash sharding: choosing the key to hash",
  question:
    "Which column do I shard by, if one country has most orders and one customer has a third of them?",
  services: { postgres: postgresShards.with({ shards: SHARDS }) },
  knobs: {
    orders: { value: 20_000, from: 1_000, to: 100_000 },
    whalePercent: { value: 30, from: 0, to: 90 },
  },
  arms: {
    "by-country": byCountry,
    "by-customer": byCustomer,
    "by-order": byOrder,
    "split-whales": splitWhales,
  },

  async trial({ ofCustomer, ofCountry, ...spread }, { postgres, knobs }) {
    const shards = await Promise.all(postgres.shards.map((name) => postgres.shard(name).connect()));
    const orders = someOrders(knobs.orders, knobs.whalePercent);
    const fullest = await load(shards, orders, spread);
    const amount = (isMeant: (customer: Customer) => boolean) =>
      sum(orders.filter(({ customer }) => isMeant(customer)).map(({ amount }) => amount));
    const some = (indexes = [...shards.keys()]) => indexes.map((index) => shards[index]!);

    const asked = { customer: 0, country: 0 };
    for (const customer of [WHALE, orders.find(({ customer }) => customer !== WHALE)!.customer]) {
      const truth = amount((one) => one === customer);
      const count = await ask(some(ofCustomer?.(customer)), "customer", customer.id, truth);
      asked.customer = Math.max(asked.customer, count);
    }
    for (const country of ["us", "de"]) {
      const truth = amount((one) => one.country === country);
      const count = await ask(some(ofCountry?.(country)), "country", country, truth);
      asked.country = Math.max(asked.country, count);
    }
    return { fullest: fullest * SHARDS, asked };
  },

  claims: {
    "No shard holds more than 1.5 times its share": {
      holds: (found) => found.fullest <= 1.5,
      brokenBy: ["by-country", "by-customer"],
    },
    "A customer's orders are read from one shard": {
      holds: (found) => found.asked.customer === 1,
      brokenBy: ["by-order", "split-whales"],
    },
    "The report of one country asks one shard": {
      holds: (found) => found.asked.country === 1,
      brokenBy: ["by-customer", "by-order", "split-whales"],
    },
  },

  measures: {
    "fullest shard": { unit: "times its share", of: (found) => found.fullest },
    "shards asked for a customer": (found) => found.asked.customer,
    "shards asked for a country": (found) => found.asked.country,
  },
});
