// A subscriber wants what happens in Europe. It can list the kinds of event that there are today, or
// bind with a pattern, and then it also gets the kinds of tomorrow. How many of them depends on one
// character: a star stands for exactly one word, a hash for any number of words, and under a prefix
// that is given to everybody somebody will sooner or later publish things that nobody meant.

import { lab } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const EXCHANGE = "events";
const QUEUE = "european-reports";

const KNOWN = ["eu.shop.placed", "eu.shop.paid", "eu.shop.shipped", "eu.stock.in", "eu.stock.out"];
const NEW = "eu.stock.low";
const NEW_WITH_FOUR_WORDS = "eu.shop.paid.late";
const CHATTER = "eu.shop.debug.sql.row";
const ELSEWHERE = "us.shop.paid";

type Subscription = { exchange: "direct" | "topic"; bindings: string[] };

const listed: Subscription = { exchange: "direct", bindings: KNOWN };

const star: Subscription = { exchange: "topic", bindings: ["eu.*.*"] };

const hash: Subscription = {
  ...star,
  bindings: ["eu.#"], // matters: A new event with a fourth word arrives too
};

export default lab({
  title: "Topic exchanges: star and hash",
  question:
    "A new kind of event turns up under a known prefix: whose subscription gets it, and whose gets too much?",
  services: { rabbitmq },
  knobs: { eventsPerKind: 10 },
  arms: { listed, star, hash },

  async trial({ exchange, bindings }, { rabbitmq, knobs: { eventsPerKind } }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertExchange(EXCHANGE, exchange);
    await channel.assertQueue(QUEUE);
    for (const key of bindings) await channel.bindQueue(QUEUE, EXCHANGE, key);

    for (const key of [...KNOWN, NEW, NEW_WITH_FOUR_WORDS, CHATTER, ELSEWHERE]) {
      for (let event = 0; event < eventsPerKind; event++) {
        channel.publish(EXCHANGE, key, Buffer.from("{}"));
      }
    }
    await channel.waitForConfirms(); // by then each event is in the queue, or never will be

    const received = new Map<string, number>();
    const next = () => channel.get(QUEUE, { noAck: true });
    for (let event = await next(); event; event = await next()) {
      const { routingKey } = event.fields;
      received.set(routingKey, (received.get(routingKey) ?? 0) + 1);
    }
    const missed = (key: string) => eventsPerKind - (received.get(key) ?? 0);
    return {
      bindings: bindings.length,
      missed: [...KNOWN, NEW, NEW_WITH_FOUR_WORDS].reduce((sum, key) => sum + missed(key), 0),
      missedNew: missed(NEW),
      missedWithFourWords: missed(NEW_WITH_FOUR_WORDS),
      unwanted: (received.get(CHATTER) ?? 0) + (received.get(ELSEWHERE) ?? 0),
    };
  },

  claims: {
    "A new kind of event with three words arrives without a new binding": {
      holds: (found) => found.missedNew === 0,
      brokenBy: ["listed"],
    },
    "A new event with a fourth word arrives too": {
      holds: (found) => found.missedWithFourWords === 0,
      brokenBy: ["listed", "star"],
    },
    "The debug chatter under the same prefix stays away": {
      holds: (found) => found.unwanted === 0,
      brokenBy: ["hash"],
    },
  },

  measures: {
    "bindings made": (found) => found.bindings,
    "wanted events missed": (found) => found.missed,
    "unwanted events received": (found) => found.unwanted,
  },
});
