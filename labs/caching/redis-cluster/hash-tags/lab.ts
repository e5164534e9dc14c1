// A cluster hashes every key to one of 16,384 slots, and runs a script or a transaction only when all
// its keys are in the same slot. Where a key has braces, only what stands between the first pair is
// hashed: the tag decides what can be changed together, and with that what must be kept together.

import { lab, sum } from "#kit";
import { slotOf } from "#patterns/hash-slot";
import { redisCluster } from "#services/redis-cluster";

/** How an arm names keys: with a tag, or without one. */
interface Naming {
  readonly tag?: (customer: number) => string;
}

const plain: Naming = {};

const perCustomer: Naming = {
  tag: (customer) => `customer:${customer}`, // matters: A customer's cart becomes an order in one transaction
};

const oneTag: Naming = { tag: () => "shop" };

/** The key of something that a customer has: "cart:7", "{customer:7}:cart:7". */
type Key = (what: "cart" | "orders" | "points", customer: number) => string;

function keysOf({ tag }: Naming): Key {
  return (what, customer) => `${tag ? `{${tag(customer)}}:` : ""}${what}:${customer}`;
}

const CHECK_OUT = `
  redis.call("RPUSH", KEYS[2], cjson.encode(redis.call("LRANGE", KEYS[1], 0, -1)))
  redis.call("DEL", KEYS[1])`;

const MOVE_POINTS = `
  redis.call("DECRBY", KEYS[1], 10)
  redis.call("INCRBY", KEYS[2], 10)`;

/** Waits for scripts, and returns how many were refused because their keys have two slots. */
async function refused(scripts: readonly Promise<unknown>[]): Promise<number> {
  const ends = await Promise.allSettled(scripts);
  const errors = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as Error] : []));
  const other = errors.find(({ message }) => !message.startsWith("CROSSSLOT"));
  if (other) throw other;
  return errors.length;
}

export default lab({
  title: "Hash slots and hash tags",
  question:
    "Which keys must sit together for a transaction to work, and what does it cost to put them all together?",
  services: { cluster: redisCluster.with({ replicas: [] }) },
  knobs: { customers: 300 },
  arms: { plain, "per-customer": perCustomer, "one-tag": oneTag },

  async trial(naming, { cluster, knobs }) {
    const client = await cluster.connect();
    const key = keysOf(naming);
    const customers = [...Array(knobs.customers).keys()];
    const carts = customers.map((one) => client.rpush(key("cart", one), "book", "pen"));
    await Promise.all([...carts, ...customers.map((one) => client.set(key("points", one), 100))]);
    const checkOuts = await refused(
      customers.map((one) => client.eval(CHECK_OUT, 2, key("cart", one), key("orders", one))),
    );
    const moves = await refused(
      customers.map((one) => {
        const other = (one + 1) % knobs.customers;
        return client.eval(MOVE_POINTS, 2, key("points", one), key("points", other));
      }),
    );
    const keys = customers.flatMap((one) => [key("cart", one), key("points", one)]);
    const sizes = await Promise.all(client.nodes("master").map((master) => master.dbsize()));
    const fullest = Math.max(...sizes) / sum(sizes);
    return { refused: { checkOuts, moves }, slots: new Set(keys.map(slotOf)).size, fullest };
  },

  claims: {
    "A customer's cart becomes an order in one transaction": {
      holds: (found) => found.refused.checkOuts === 0,
      brokenBy: ["plain"],
    },
    "No master holds more than half of the keys": {
      holds: (found) => found.fullest <= 0.5,
      brokenBy: ["one-tag"],
    },
    "Points move from one customer to another in one transaction": {
      holds: (found) => found.refused.moves === 0,
      brokenBy: ["plain", "per-customer"],
    },
  },

  measures: {
    "refused transactions": (found) => found.refused.checkOuts + found.refused.moves,
    "share of keys on the fullest master": (found) => found.fullest,
    "slots used": (found) => found.slots,
  },
});
