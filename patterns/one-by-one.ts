// A client library hands over every message that has arrived, however many are still being worked
// on. A worker that does one job after the other has the rest in hand.

import type { Channel, ConsumeMessage, Options } from "amqplib";

/** What a worker holds. */
export interface Hands {
  /** Messages that have arrived and are not done, the one under way included. */
  readonly count: number;
  /** The most that there were at once. */
  readonly most: number;
}

/**
 * Consumes a queue, handling one message after the other in the order of their arrival, and
 * acknowledges each that is done, unless the options say `noAck`. The handler does not throw.
 */
export async function oneByOne(
  channel: Pick<Channel, "consume" | "ack">,
  queue: string,
  handle: (message: ConsumeMessage) => unknown,
  options: Options.Consume = {},
): Promise<Hands> {
  const hands = { count: 0, most: 0 };
  let before = Promise.resolve();
  const take = async (message: ConsumeMessage) => {
    await handle(message);
    if (!options.noAck) channel.ack(message);
    hands.count -= 1;
  };
  await channel.consume(
    queue,
    (message) => {
      if (!message) return; // the broker has cancelled the consumer
      hands.count += 1;
      hands.most = Math.max(hands.most, hands.count);
      before = before.then(() => take(message));
    },
    options,
  );
  return hands;
}
