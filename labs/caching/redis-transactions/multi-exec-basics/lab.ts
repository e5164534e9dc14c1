// A price is two keys, an amount and a currency, and nobody must see the one without the other. The
// writer is stopped before each of its requests in turn: there a reader looks, the writer is
// killed, and a reader looks again. Only what stands between MULTI and EXEC happens as one.

import { countsOf, lab, link } from "#kit";
import { stopBeforeEach } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const AMOUNT = "item:7:amount";
const CURRENCY = "item:7:currency";
const AMOUNT_BEFORE = "item:7:amount-before";

type Command = [name: string, ...args: (string | number)[]];
type Next = (reply: unknown) => Command;

/** Sends two commands, the second built from what is known by then of the first one's reply. */
type Send = (client: Redis, first: Command, second: Next) => Promise<unknown>;

const separate: Send = async (client, first, second) => {
  const reply = await client.call(...first);
  await client.call(...second(reply));
};

const pipelined: Send = (client, first, second) =>
  client
    .pipeline()
    .call(...first)
    .call(...second(undefined)) // nothing is sent yet, so there is no reply to build on
    .exec();

// Spelled out to show what crosses the wire; client.multi() writes the same four commands.
const transaction: Send = (client, first, second) =>
  client
    .pipeline()
    .call("MULTI") // matters: No reader sees half an update; A killed writer leaves no half update
    .call(...first)
    .call(...second(undefined))
    .call("EXEC")
    .exec();

export default lab({
  title: "A basic transaction with MULTI and EXEC",
  question:
    "When two keys must agree, is it enough to write them together, or does it take a transaction?",
  services: { redis },
  arms: { separate, pipelined, transaction },

  async trial(send, { redis }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const reader = await redis.connect();
    const halfDone = async () => {
      const price = (await reader.mget(AMOUNT, CURRENCY)).join(" ");
      return price === "10 EUR" || price === "12 USD" ? 0 : 1;
    };
    const start = async () => {
      await reader.mset(AMOUNT, 10, CURRENCY, "EUR");
      const writer = await redis.through(wire).connect({ retryStrategy: () => null });
      return () => send(writer, ["SET", AMOUNT, 12], () => ["SET", CURRENCY, "USD"]);
    };

    let [seen, left] = [0, 0];
    for await (const _stopped of stopBeforeEach(wire, start)) {
      seen += await halfDone();
      wire.reset();
      left += await halfDone();
    }
    const { roundTrips } = await countsOf(wire, await start());

    await send(reader, ["GET", AMOUNT], (amount) => ["SET", AMOUNT_BEFORE, String(amount)]);
    const copied = (await reader.get(AMOUNT_BEFORE)) === "12";
    return { seen, left, roundTrips, copied };
  },

  claims: {
    "No reader sees half an update": {
      holds: (found) => found.seen === 0,
      brokenBy: ["separate", "pipelined"],
    },
    "A killed writer leaves no half update": {
      holds: (found) => found.left === 0,
      brokenBy: ["separate", "pipelined"],
    },
    "A command can use the reply to the one before": {
      holds: (found) => found.copied,
      brokenBy: ["pipelined", "transaction"],
    },
    "An update takes one round trip": {
      holds: (found) => found.roundTrips === 1,
      brokenBy: ["separate"],
    },
  },

  measures: {
    "disagreements seen": (found) => found.seen,
    "half-done updates left behind": (found) => found.left,
    "round trips per update": (found) => found.roundTrips,
  },
});
