// A lab that holds one worker up wants to know what the others can do without it, and so when they
// have done it all. That they do nothing now does not tell: the next message may be on its way. What
// a broker has sent before it answers a question on a channel arrives there before the answer to the
// next one; so, once two questions in turn have brought nothing new, nothing was on its way.

/** What an amqplib channel is asked. */
export interface Asked {
  checkQueue(queue: string): Promise<unknown>;
}

/**
 * Resolves when nothing moves any more: `progress()` stays the same while each channel is asked
 * about the queue three times. It is for workers that take no time of their own over a message.
 */
export async function quiet(
  channels: readonly Asked[],
  queue: string,
  progress: () => number,
): Promise<void> {
  let before = progress();
  for (let unchanged = 0; unchanged < 3; unchanged++) {
    await Promise.all(channels.map((channel) => channel.checkQueue(queue)));
    if (progress() === before) continue;
    before = progress();
    unchanged = -1;
  }
}
