// publish() returns when the bytes are in a buffer of the sender's own machine. Whether they have
// come any further, only the broker can say, and its confirm does. When the connection breaks, what
// was sent and not confirmed has arrived or has not: it is sent again, and may be there twice. To
// wait for each confirm is to pay a round trip for each message; a window pays one for many.

import type { ConfirmChannel } from "amqplib";
import { lab, link, until } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const QUEUE = "payments";

/** Sends a message; what it resolves with settles when the broker has answered, or never will. */
type Send = (id: number) => { confirmed: Promise<void> };
/** Sends messages, and says of each when it takes it for sent. */
type Publish = (ids: number[], send: Send, believe: (id: number) => void) => Promise<void>;

const fireAndForget: Publish = async (ids, send, believe) => {
  for (const id of ids) {
    send(id);
    believe(id);
  }
};

const confirmEach: Publish = async (ids, send, believe) => {
  for (const id of ids) {
    await send(id).confirmed;
    believe(id);
  }
};

const WINDOW = 50;

const confirmWindow: Publish = async (ids, send, believe) => {
  for (let from = 0; from < ids.length; from += WINDOW) {
    const window = ids.slice(from, from + WINDOW);
    const confirms = window.map((id) => send(id).confirmed);
    await Promise.all(confirms); // matters: What the publisher believes sent is in the queue
    window.forEach(believe);
  }
};

export default lab({
  title: "Publisher confirms",
  question: "When the connection breaks, which of the messages that were sent have arrived?",
  services: { rabbitmq },
  knobs: { messages: 200 },
  arms: {
    "fire-and-forget": fireAndForget,
    "confirm-each": confirmEach,
    "confirm-window": confirmWindow,
  },

  async trial(publish, { rabbitmq, knobs: { messages } }) {
    await using observer = await rabbitmq.channel();
    await observer.assertQueue(QUEUE);
    const ready = async () => (await observer.checkQueue(QUEUE)).messageCount;
    await using wire = await link(rabbitmq.address);
    const connect = () => rabbitmq.through(wire).confirmChannel();

    let sent = 0;
    const believed = new Set<number>();
    const publishOn = (channel: ConfirmChannel, ids: number[]) => {
      const send = (id: number) => {
        sent += 1;
        return { confirmed: sendTo(channel, id) };
      };
      return publish(ids, send, (id) => believed.add(id));
    };
    const part = (number: number) =>
      Array.from({ length: messages }, (_, index) => number * messages + index);
    const unsent = (ids: number[]) => ids.filter((id) => !believed.has(id));

    const first = await connect();
    const { roundTrips } = wire.counts();
    await publishOn(first, part(0));
    await until("the first part", async () => (await ready()) === messages);
    const roundTripsPerMessage = (wire.counts().roundTrips - roundTrips) / messages;

    wire.cut("requests"); // nothing that is sent arrives, and then the connection breaks
    const unheard = publishOn(first, part(1)).catch(() => {});
    wire.reset();
    await unheard;
    wire.heal();
    const second = await connect();
    await publishOn(second, unsent(part(1)));

    wire.cut("replies"); // all that is sent arrives, no confirm comes back, and then it breaks
    const before = (await ready()) - sent;
    const unanswered = publishOn(second, part(2)).catch(() => {});
    await until("what was sent", async () => (await ready()) === before + sent);
    wire.reset();
    await unanswered;
    wire.heal();
    await publishOn(await connect(), unsent(part(2)));

    const stored: number[] = [];
    const next = () => observer.get(QUEUE, { noAck: true });
    for (let message = await next(); message; message = await next()) {
      stored.push(Number(message.content));
    }
    const arrived = new Set(stored);
    return {
      lost: believed.difference(arrived).size,
      twice: stored.length - arrived.size,
      roundTripsPerMessage,
    };
  },

  claims: {
    "What the publisher believes sent is in the queue": {
      holds: (found) => found.lost === 0,
      brokenBy: ["fire-and-forget"],
    },
    "No message is in the queue twice": {
      holds: (found) => found.twice === 0,
      brokenBy: ["confirm-each", "confirm-window"],
    },
    "A message does not cost a round trip": {
      holds: (found) => found.roundTripsPerMessage < 1,
      brokenBy: ["confirm-each"],
    },
  },

  measures: {
    "messages lost": (found) => found.lost,
    "messages stored twice": (found) => found.twice,
    "round trips per message": (found) => found.roundTripsPerMessage,
  },
});

/** Settles when the broker has confirmed the message, or when it can no longer. */
function sendTo(channel: ConfirmChannel, id: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {}); // not everybody waits for it
  channel.sendToQueue(QUEUE, Buffer.from(String(id)), {}, (no) => (no ? reject(no) : resolve()));
  return promise;
}
