// Ten pieces and thirty buyers. To look first and take afterwards sells the same piece many times.
// DECRBY takes and tells in one step, so each piece is sold once. But it takes from the stock for
// orders too that are then refused: until those have given back, others see less than there is.

import { lab, link, mean, repeat } from "#kit";
import { askTogether } from "#patterns/ask-together";
import { type Redis, redis } from "#services/redis";

const STOCK = "item:7:stock";

/** Tries to buy some pieces on a connection of its own. */
type Buy = (client: Redis, pieces: number) => Promise<{ sold: boolean; attempts: number }>;

const checkFirst: Buy = async (client, pieces) => {
  const left = Number(await client.get(STOCK));
  if (left < pieces) return { sold: false, attempts: 1 };
  await client.decrby(STOCK, pieces); // decided by a number that may be old by now
  return { sold: true, attempts: 1 };
};

const giveBack: Buy = async (client, pieces) => {
  const left = await client.decrby(STOCK, pieces);
  if (left >= 0) return { sold: true, attempts: 1 };
  await client.incrby(STOCK, pieces); // until here, others see less than there is
  return { sold: false, attempts: 1 };
};

const watched: Buy = async (client, pieces) => {
  for (let attempts = 1; ; attempts++) {
    await client.watch(STOCK); // matters: No piece is sold twice; Nobody reads a stock below zero
    const left = Number(await client.get(STOCK));
    if (left < pieces) return { sold: false, attempts };
    const committed = await client.multi().decrby(STOCK, pieces).exec();
    if (committed) return { sold: true, attempts };
  }
};

export default lab({
  title: "Atomic inventory decrement",
  question:
    "DECR cannot be interrupted, so why can a shop still turn a buyer away while stock is left?",
  services: { redis },
  knobs: { buyers: 30, stock: 10 },
  arms: { "check-first": checkFirst, "give-back": giveBack, watched },

  async trial(buy, { redis, knobs }) {
    await using wire = await link(redis.address);
    const buyers = await repeat(knobs.buyers, () => redis.through(wire).connect());
    const observer = await redis.connect();
    const seen: number[] = [];
    const look = async () => seen.push(Number(await observer.get(STOCK)));

    // Everybody wants one piece, and all have asked before anybody is answered.
    await observer.set(STOCK, knobs.stock);
    const orders = await askTogether(
      wire,
      buyers.map((buyer) => () => buy(buyer, 1)),
      look,
    );
    await look();
    const lowestStock = Math.min(...seen);

    // Two pieces are left. An order for three is under way, when somebody asks for one.
    await observer.set(STOCK, 2);
    let refused = false;
    await askTogether(wire, [() => buy(buyers[0]!, 3)], async () => {
      refused = !(await buy(observer, 1)).sold;
    });
    const wrongRefusals = refused && Number(await observer.get(STOCK)) >= 1 ? 1 : 0;

    const oversold = Math.max(0, orders.filter(({ sold }) => sold).length - knobs.stock);
    const attemptsPerOrder = mean(orders.map(({ attempts }) => attempts));
    return { oversold, lowestStock, wrongRefusals, attemptsPerOrder };
  },

  claims: {
    "No piece is sold twice": { holds: (found) => found.oversold === 0, brokenBy: ["check-first"] },
    "Nobody reads a stock below zero": {
      holds: (found) => found.lowestStock >= 0,
      brokenBy: ["check-first", "give-back"],
    },
    "Nobody is refused while enough is left": {
      holds: (found) => found.wrongRefusals === 0,
      brokenBy: ["give-back"],
    },
    "Nobody has to ask twice": {
      holds: (found) => found.attemptsPerOrder === 1,
      brokenBy: ["watched"],
    },
  },

  measures: {
    "oversold items": (found) => found.oversold,
    "lowest stock seen": (found) => found.lowestStock,
    "wrong refusals": (found) => found.wrongRefusals,
    "attempts per order": (found) => found.attemptsPerOrder,
  },
});
