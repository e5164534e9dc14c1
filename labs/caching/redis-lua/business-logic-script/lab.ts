// Interest is booked on ten thousand accounts. The application can fetch them, compute, and write
// them back, or a script does it where they are. A script moves no data and nobody comes in
// between, but nobody is served either, and once it has written it cannot be stopped. Slices can.

import { countsOf, lab, link, until } from "#kit";
import { stopAfter } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const BALANCES = "balances"; // a hash by account
const FROZEN = "frozen"; // a set of accounts that get nothing

/** Books the interest on all accounts, and returns in how many attempts. */
type Settle = (client: Redis, accounts: number, slice: number) => Promise<number>;

const withInterest = (balance: number) => Math.floor(balance * (balance < 1000 ? 1.01 : 1.02));

const app: Settle = async (client) => {
  for (let attempts = 1; ; attempts++) {
    await client.watch(BALANCES, FROZEN);
    const frozen = new Set(await client.smembers(FROZEN));
    const balances = Object.entries(await client.hgetall(BALANCES));
    const changes = balances
      .filter(([account]) => !frozen.has(account))
      .map(([account, balance]) => [account, withInterest(Number(balance))] as const);
    const committed = await client.multi().hset(BALANCES, new Map(changes)).exec();
    if (committed) return attempts;
  }
};

// KEYS: balances, frozen. ARGV: the first and the last account.
const SETTLE = `
  for account = ARGV[1], ARGV[2] do
    if redis.call("SISMEMBER", KEYS[2], account) == 0 then
      local balance = tonumber(redis.call("HGET", KEYS[1], account))
      local rate = balance < 1000 and 1.01 or 1.02
      redis.call("HSET", KEYS[1], account, math.floor(balance * rate))
    end
  end
`;

const slices: Settle = async (client, accounts, slice) => {
  for (let first = 1; first <= accounts; first += slice) {
    const last = Math.min(first + slice - 1, accounts);
    await client.eval(SETTLE, 2, BALANCES, FROZEN, first, last);
  }
  return 1;
};

const script: Settle = (client, accounts) => slices(client, accounts, accounts);

// KEYS: balances, frozen. ARGV: the number of accounts.
const OPEN = `
  for account = 1, ARGV[1] do
    redis.call("HSET", KEYS[1], account, 500 + account % 1000)
    if account % 10 == 5 then redis.call("SADD", KEYS[2], account) end
  end
`;

export default lab({
  title: "Complex business logic inside Redis",
  question:
    "Interest is due on 10,000 accounts with tiers and frozen ones: where should that code run?",
  services: { redis },
  knobs: { accounts: 10_000, slice: { value: 250, from: 1, to: 10_000 } },
  arms: { app, script, slices },

  async trial(settle, { redis, knobs: { accounts, slice } }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const other = await redis.connect();
    const open = async () => {
      await other.flushall();
      await other.eval(OPEN, 2, BALANCES, FROZEN, accounts);
      const client = await redis.through(wire).connect({ retryStrategy: () => null });
      return () => settle(client, accounts, slice);
    };
    const settled = async () => {
      const [first, last] = await other.hmget(BALANCES, "1", String(accounts));
      return { first: first !== "501", last: last !== "500" };
    };

    const undisturbed = await countsOf(wire, await open());
    const bytes = undisturbed.requestBytes + undisturbed.replyBytes;

    // Stopped before its last request, where somebody looks, and makes a deposit.
    const settling = await stopAfter(wire, undisturbed.requests! - 1, await open());
    const { first, last } = await settled();
    await other.hincrby(BALANCES, "1", 100);
    wire.release();
    const attempts = await settling.result;

    // Its first request is at the server, and right behind it a PING and the order to stop. When
    // a script runs for longer than the threshold, others are told so instead of left waiting.
    await other.config("SET", "busy-reply-threshold", 1);
    const doomed = await open();
    await redis.pause();
    const { requestBytes } = wire.counts();
    const lost = doomed().catch(() => "killed");
    await until("the first request", () => wire.counts().requestBytes > requestBytes);
    const replies = Promise.allSettled([other.ping(), other.script("KILL")]);
    await redis.resume();
    const served = (await replies)[0].status === "fulfilled";
    wire.reset();
    await lost;
    const end = await until("the server to be free", settled);
    return { half: first !== last, attempts, bytes, served, stopped: !end.last };
  },

  claims: {
    "No reader sees the books half settled": {
      holds: (found) => !found.half,
      brokenBy: ["slices"],
    },
    "Other clients are served while it runs": {
      holds: (found) => found.served,
      brokenBy: ["script"],
    },
    "A run gone wrong can be stopped without stopping the server": {
      holds: (found) => found.stopped,
      brokenBy: ["script"],
    },
    "Nobody has to start over": { holds: (found) => found.attempts === 1, brokenBy: ["app"] },
  },

  measures: {
    "half-settled snapshots": (found) => (found.half ? 1 : 0),
    attempts: (found) => found.attempts,
    "bytes on the wire": { unit: "bytes", of: (found) => found.bytes },
  },
});
