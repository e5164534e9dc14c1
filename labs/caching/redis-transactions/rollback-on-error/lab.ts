// To pay an order takes three writes: its state, a counter, a queue of parcels. The second fails,
// because its key holds another type than expected, or because the counter is full. EXEC carries
// out the other two all the same. A reader looks before each request of a payment, and at its end.

import { countsOf, lab } from "#kit";
import { stopBeforeEach } from "#patterns/stop-after";
import { type Postgres, postgres } from "#services/postgres";
import { type Redis, redis } from "#services/redis";
import { inPostgres, inRedis, ORDER, PAID, PARCELS, type Pay } from "./shop.ts";

const multi: Pay<Redis> = async (client) => {
  const payment = client.multi().hset(ORDER, "state", "paid").incr(PAID).rpush(PARCELS, ORDER);
  const replies = await payment.exec();
  return replies?.every(([error]) => !error) ?? false;
};

const checked: Pay<Redis> = async (client) => {
  await client.watch(ORDER, PAID, PARCELS);
  const types = [await client.type(ORDER), await client.type(PAID), await client.type(PARCELS)];
  const fit = types.join() === "hash,string,list";
  if (!fit) return false; // matters: A foreseen fault changes nothing
  return multi(client);
};

const compensated: Pay<Redis> = async (client) => {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    await client.hset(ORDER, "state", "paid");
    undo.unshift(() => client.hset(ORDER, "state", "open"));
    await client.incr(PAID);
    undo.unshift(() => client.decr(PAID));
    await client.rpush(PARCELS, ORDER);
    return true;
  } catch {
    for (const step of undo) await step();
    return false;
  }
};

const transaction: Pay<Postgres> = async (client) => {
  try {
    await client.query("BEGIN");
    await client.query("UPDATE orders SET state = 'paid' WHERE id = 7");
    await client.query("UPDATE paid SET orders = orders + 1");
    await client.query("INSERT INTO parcels VALUES (7)");
    await client.query("COMMIT");
    return true;
  } catch {
    await client.query("ROLLBACK");
    return false;
  }
};

export default lab({
  title: "Redis has no rollback",
  question:
    "When the second of three commands in a transaction fails, what becomes of the other two?",
  services: { redis, postgres },
  arms: {
    multi: inRedis(multi),
    checked: inRedis(checked),
    compensated: inRedis(compensated),
    postgres: inPostgres(transaction),
  },

  async trial(openShop, servers) {
    await using shop = await openShop(servers);
    const left = { "wrong type": 0, overflow: 0 };
    let sightings = 0;
    for (const fault of ["wrong type", "overflow"] as const) {
      const start = async () => {
        await shop.open(fault);
        return shop.pay;
      };
      for await (const { result } of stopBeforeEach(shop.wire, start)) {
        if ((await shop.look()) > 0) sightings += 1;
        shop.wire.release();
        await result;
      }
      left[fault] = await shop.look(); // after the payment's end
      if (left[fault] > 0) sightings += 1;
    }

    await shop.open("none");
    const { result: paid, roundTrips } = await countsOf(shop.wire, shop.pay);
    return { left, sightings, paid, roundTrips };
  },

  claims: {
    "A foreseen fault changes nothing": {
      holds: (found) => found.left["wrong type"] === 0,
      brokenBy: ["multi"],
    },
    "An unforeseen fault changes nothing": {
      holds: (found) => found.left.overflow === 0,
      brokenBy: ["multi", "checked"],
    },
    "No reader sees the writes of a failed attempt": {
      holds: (found) => found.sightings === 0,
      brokenBy: ["multi", "checked", "compensated"],
    },
    "A payment takes one round trip": {
      holds: (found) => found.paid && found.roundTrips === 1,
      brokenBy: ["checked", "compensated", "postgres"],
    },
  },

  measures: {
    "keys changed after a failure": (found) => found.left["wrong type"] + found.left.overflow,
    "snapshots that show a failed attempt": (found) => found.sightings,
    "round trips": (found) => found.roundTrips,
  },
});
