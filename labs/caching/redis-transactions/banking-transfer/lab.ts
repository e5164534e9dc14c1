// Money moves between two accounts in two writes. Between any two messages another transfer may
// come in, or the connection may break, before the work is done or after it. The client cannot tell
// which, and asks again. Here each of these happens at each of the messages, in turn.

import { lab, link, mean } from "#kit";
import { stopBeforeEach } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const PAYER = "account:1";
const PAYEE = "account:2";
const AMOUNT = 100;

/** Moves the amount, if the payer has it, over a connection of its own. Returns its attempts. */
type Transfer = (client: Redis, id: string) => Promise<number>;

const separate: Transfer = async (client) => {
  if (Number(await client.get(PAYER)) < AMOUNT) return 1;
  await client.decrby(PAYER, AMOUNT);
  await client.incrby(PAYEE, AMOUNT);
  return 1;
};

const transaction: Transfer = async (client) => {
  if (Number(await client.get(PAYER)) < AMOUNT) return 1;
  await client.multi().decrby(PAYER, AMOUNT).incrby(PAYEE, AMOUNT).exec();
  return 1;
};

const guarded: Transfer = async (client, id) => {
  for (let attempts = 1; ; attempts++) {
    await client.watch(PAYER, id);
    const [balance, made] = await client.mget(PAYER, id);
    if (made || Number(balance) < AMOUNT) return attempts;
    const committed = await client
      .multi()
      .decrby(PAYER, AMOUNT)
      .incrby(PAYEE, AMOUNT)
      .set(id, "made") // matters: A transfer whose answer was lost is not made twice
      .exec();
    if (committed) return attempts;
  }
};

export default lab({
  title: "Banking transfer simulation",
  question: "Which transfers keep the books right when clients race, break off and ask again?",
  services: { redis },
  knobs: { balance: 100 },
  arms: { separate, transaction, guarded },

  async trial(transfer, { redis, knobs }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const bank = await redis.connect();
    const payer = async () => Number(await bank.get(PAYER));
    const total = async () => (await payer()) + Number(await bank.get(PAYEE));
    const open = async (balance: number) => {
      await bank.flushall();
      await bank.set(PAYER, balance);
      const client = await redis.through(wire).connect({ retryStrategy: () => null });
      return () => transfer(client, "transfer:1");
    };

    // Another transfer comes in, from an account that can pay for one of them.
    const attempts: number[] = [];
    let overdrawn = 0;
    for await (const { result } of stopBeforeEach(wire, () => open(knobs.balance))) {
      await transfer(bank, "transfer:2");
      wire.release();
      attempts.push(await result);
      if ((await payer()) < 0) overdrawn += 1;
    }

    // The connection breaks before a request or before a reply, and the client asks again.
    const rich = 10 * AMOUNT;
    let [missing, twice] = [0, 0];
    for (const direction of ["requests", "replies"] as const) {
      for (let passed = 0; ; passed++) {
        wire.release();
        const first = await open(rich);
        wire.after(direction === "requests" ? { requests: passed } : { replies: passed }).reset();
        const [answer] = await Promise.allSettled([first()]);
        if (answer.status === "fulfilled") break;
        missing = Math.max(missing, rich - (await total()));
        await transfer(bank, "transfer:1");
        if ((await payer()) < rich - AMOUNT) twice += 1;
      }
    }
    return { missing, overdrawn, twice, attemptsPerTransfer: mean(attempts) };
  },

  claims: {
    "The sum of all balances never changes": {
      holds: (found) => found.missing === 0,
      brokenBy: ["separate"],
    },
    "No account goes below zero": {
      holds: (found) => found.overdrawn === 0,
      brokenBy: ["separate", "transaction"],
    },
    "A transfer whose answer was lost is not made twice": {
      holds: (found) => found.twice === 0,
      brokenBy: ["separate", "transaction"],
    },
    "Nobody has to start over": {
      holds: (found) => found.attemptsPerTransfer === 1,
      brokenBy: ["guarded"],
    },
  },

  measures: {
    "money missing": (found) => found.missing,
    "overdrawn accounts": (found) => found.overdrawn,
    "transfers made twice": (found) => found.twice,
    "attempts per transfer": (found) => found.attemptsPerTransfer,
  },
});
