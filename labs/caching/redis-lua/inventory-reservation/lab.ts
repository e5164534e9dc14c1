// A basket is held while its buyer pays: all of its items or none, and what is abandoned comes
// back. A key that expires is just gone, and nothing adds its items to the stock again. So a hold
// is put on a list by its deadline, and whoever comes by later gives it back: a buyer or a sweeper.

import { lab, link, numbered, until } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { stopBeforeEach } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const STOCK = "stock"; // a hash of the pieces left, by item
const HOLDS = "holds"; // a sorted set of baskets, by the millisecond at which they are overdue

/** Holds one piece of each item for so long; false when one of them is sold out. */
type Reserve = (client: Redis, basket: string, items: string[], ms: number) => Promise<boolean>;

const itemByItem: Reserve = async (client, _basket, items) => {
  for (const [index, item] of items.entries()) {
    if ((await client.hincrby(STOCK, item, -1)) >= 0) continue;
    for (const taken of items.slice(0, index + 1)) await client.hincrby(STOCK, taken, 1);
    return false;
  }
  return true;
};

// KEYS: stock, holds, the basket's own key. ARGV: the basket, its milliseconds, its items.
const TAKE_ALL = `
  for i = 3, #ARGV do
    if tonumber(redis.call("HGET", KEYS[1], ARGV[i])) < 1 then return 0 end
  end
  for i = 3, #ARGV do redis.call("HINCRBY", KEYS[1], ARGV[i], -1) end
`;

const HOLD_BY_KEY = `redis.call("SET", KEYS[3], "held", "PX", ARGV[2])`;

const NOW = `
  local time = redis.call("TIME")
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const HOLD_BY_DEADLINE = `redis.call("ZADD", KEYS[2], now + ARGV[2], cjson.encode(ARGV))`;

const GIVE_BACK_OVERDUE = `
  for _, hold in ipairs(redis.call("ZRANGEBYSCORE", KEYS[2], 0, now)) do
    local basket = cjson.decode(hold)
    for i = 3, #basket do redis.call("HINCRBY", KEYS[1], basket[i], 1) end
    redis.call("ZREM", KEYS[2], hold)
  end
`;

const byScript =
  (...parts: string[]): Reserve =>
  async (client, basket, items, ms) => {
    const args = [STOCK, HOLDS, `hold:${basket}`, basket, ms, ...items];
    return (await client.eval([...parts, "return 1"].join("\n"), 3, ...args)) === 1;
  };

const expiringKey = byScript(TAKE_ALL, HOLD_BY_KEY);
const onDemand = byScript(
  NOW,
  GIVE_BACK_OVERDUE, // matters: The stock of an abandoned basket can be sold again
  TAKE_ALL,
  HOLD_BY_DEADLINE,
);
const swept = byScript(NOW, TAKE_ALL, HOLD_BY_DEADLINE);
const sweep = (client: Redis) => client.eval(NOW + GIVE_BACK_OVERDUE, 2, STOCK, HOLDS);

export default lab({
  title: "Inventory reservation script",
  question:
    "How are baskets held, all items or none, so that abandoned ones give their stock back?",
  services: { redis },
  knobs: { items: 5, holdMs: 100, sweepMs: 20 },
  arms: {
    "item-by-item": { reserve: itemByItem, sweep: undefined },
    "expiring-key": { reserve: expiringKey, sweep: undefined },
    "on-demand": { reserve: onDemand, sweep: undefined },
    swept: { reserve: swept, sweep },
  },

  async trial({ reserve, sweep }, { redis, knobs }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const observer = await redis.connect();
    const items = numbered("item", knobs.items);
    const open = async () => {
      await observer.flushall();
      await observer.hset(STOCK, Object.fromEntries(items.map((item) => [item, 1])));
      const buyer = await redis.through(wire).connect({ retryStrategy: () => null });
      return () => reserve(buyer, "1", items, 60_000);
    };
    const soldOut = async () => (await observer.hvals(STOCK)).filter((left) => left === "0").length;

    let halfHeld = 0;
    for await (const _killed of stopBeforeEach(wire, open)) {
      wire.reset();
      if ((await soldOut()) % items.length > 0) halfHeld += 1;
    }

    // A basket is abandoned, and until it is overdue nobody shops.
    await open();
    await reserve(observer, "2", items, knobs.holdMs);
    const overdue = Date.now() + knobs.holdMs;
    await observer.config("RESETSTAT");
    const swept = async () => {
      const last = Date.now() > overdue;
      await sweep?.(observer);
      return last;
    };
    await until("the basket to be overdue", swept, { everyMs: knobs.sweepMs });
    const { calls: idleCommands } = await workOn(redis, "eval");
    const missing = await soldOut();
    const soldAgain = await reserve(observer, "3", items, knobs.holdMs);
    return { halfHeld, missing, lost: soldAgain ? 0 : await soldOut(), idleCommands };
  },

  claims: {
    "A basket gets all of its items or none": {
      holds: (found) => found.halfHeld === 0,
      brokenBy: ["item-by-item"],
    },
    "The stock of an abandoned basket can be sold again": {
      holds: (found) => found.lost === 0,
      brokenBy: ["item-by-item", "expiring-key"],
    },
    "It is back on display though nobody asks to buy": {
      holds: (found) => found.missing === 0,
      brokenBy: ["item-by-item", "expiring-key", "on-demand"],
    },
    "No command is sent while nobody shops": {
      holds: (found) => found.idleCommands === 0,
      brokenBy: ["swept"],
    },
  },

  measures: {
    "half-held baskets": (found) => found.halfHeld,
    "stock missing after the deadline": (found) => found.missing,
    "stock that never returns": (found) => found.lost,
    "commands while nobody shops": (found) => found.idleCommands,
  },
});
