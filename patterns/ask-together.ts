// Commands that arrive one after the other seldom collide. Here each has arrived, and the server has
// run it, before anybody knows of a reply: whoever reads first has then read what all others read.

import type { Link } from "#kit";

/**
 * Starts jobs at once, each on a connection of its own through the link, and holds every reply back
 * until all have sent their first request, or have ended without one. `meanwhile` is for a look at
 * the server in between. Resolves with what the jobs return.
 */
export async function askTogether<Result>(
  wire: Link,
  jobs: readonly (() => Promise<Result>)[],
  meanwhile?: () => Promise<unknown>,
): Promise<Result[]> {
  wire.after({ replyBytes: 0 }).hold();
  const results = Promise.all(jobs.map((job) => job()));
  await Promise.race([results, wire.held(jobs.length)]);
  await meanwhile?.();
  wire.release();
  return results;
}
