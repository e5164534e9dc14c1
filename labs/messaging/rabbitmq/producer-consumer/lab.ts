// A shop that calls billing needs billing to be up, and to be quick, at the very moment of the order.
// A queue between them takes the order whether or not anybody is there to bill it, and billing takes
// from it as much as it can hold. But who then waits for the answer has won nothing: the queue is
// there and the caller is gone before it is served. What is left is to go on without the outcome.

import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import type { ConfirmChannel } from "amqplib";
import { lab, until } from "#kit";
import { processes } from "#services/processes";
import { rabbitmq } from "#services/rabbitmq";

const QUEUE = "orders";
const REPLY_TO = "amq.rabbitmq.reply-to"; // answers come straight to the channel that asked

/** What the shop has to reach billing; replies are events by the name of their correlation id. */
type Shop = { billing: string; channel: ConfirmChannel; replies: EventEmitter };
/** Resolves when the shop can thank its customer, with the bill if it has one. Rejects to refuse. */
type Place = (shop: Shop, order: string, patienceMs: number) => Promise<string | undefined>;

const call: Place = async ({ billing }, order, patienceMs) => {
  const signal = AbortSignal.timeout(patienceMs);
  return (await fetch(`${billing}/bill/${order}`, { signal })).text();
};

const rpc: Place = async ({ channel, replies }, order, patienceMs) => {
  const correlationId = randomUUID();
  const reply = once(replies, correlationId, { signal: AbortSignal.timeout(patienceMs) });
  channel.sendToQueue(QUEUE, Buffer.from(order), { correlationId, replyTo: REPLY_TO });
  const [bill] = await reply;
  return bill;
};

const queue: Place = async ({ channel }, order) => {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const confirmed = (error: unknown) => (error ? reject(error) : resolve(undefined));
  channel.sendToQueue(QUEUE, Buffer.from(order), { persistent: true }, confirmed);
  return promise; // the broker has it on disk
};

export default lab({
  title: "Producer and consumer, joined by a queue",
  question:
    "What happens to the orders that come in while the billing service behind the shop is down?",
  services: { rabbitmq, billing: processes.with({ module: import.meta.resolve("./billing.ts") }) },
  knobs: { orders: 20, burst: { value: 40, from: 20, to: 200 }, prefetch: 4, patienceMs: 300 },
  arms: { call, rpc, queue },

  async trial(place, { rabbitmq, billing, knobs }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertQueue(QUEUE, { durable: true });
    const replies = new EventEmitter();
    await channel.consume(
      REPLY_TO,
      (reply) => replies.emit(reply?.properties.correlationId, reply?.content.toString()),
      { noAck: true },
    );
    const [url] = billing.urls as [string];
    const tell = async (what: string) => (await fetch(`${url}/${what}`)).json();
    const ready = async () => (await channel.checkQueue(QUEUE)).messageCount;
    const shop: Shop = { billing: url, channel, replies };
    const settings = {
      ...{ AMQP: rabbitmq.url, QUEUE },
      PREFETCH: knobs.prefetch, // matters: A burst never puts more than the limit in the hands of billing
    };

    await billing.start(settings);
    await billing.kill();
    const orders = Array.from({ length: knobs.orders }, (_, number) => `down-${number}`);
    const calls = orders.map((order) => place(shop, order, knobs.patienceMs));
    const ends = await Promise.allSettled(calls);
    const refused = orders.filter((_, index) => ends[index]?.status === "rejected");
    const left = await ready();
    await billing.start(settings);
    const { billed } = await until("billing to catch up", async () => {
      const state = await tell("state");
      return state.billed.length === left && state;
    });

    await tell("hold");
    const burst = Array.from({ length: knobs.burst }, (_, number) => `burst-${number}`);
    const patient = burst.map((order) => place(shop, order, 60_000));
    await until("the burst to arrive", async () => {
      const { inHand } = await tell("state");
      return inHand >= knobs.prefetch && inHand + (await ready()) === knobs.burst;
    });
    const { mostInHand } = await tell("release");
    const bills = await Promise.all(patient);
    return {
      refused: refused.length,
      refusedAndBilled: refused.filter((order) => billed.includes(order)).length,
      limit: knobs.prefetch,
      mostInHand,
      withoutOutcome: bills.filter((bill) => bill === undefined).length,
    };
  },

  claims: {
    "Every order is taken while billing is down": {
      holds: (found) => found.refused === 0,
      brokenBy: ["call", "rpc"],
    },
    "A burst never puts more than the limit in the hands of billing": {
      holds: (found) => found.mostInHand <= found.limit,
      brokenBy: ["call"],
    },
    "The shop knows the outcome when its call returns": {
      holds: (found) => found.withoutOutcome === 0,
      brokenBy: ["queue"],
    },
  },

  measures: {
    "orders refused": (found) => found.refused,
    "orders refused and billed all the same": (found) => found.refusedAndBilled,
    "most orders in hand": (found) => found.mostInHand,
  },
});
