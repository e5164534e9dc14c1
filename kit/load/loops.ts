// The two ways to put a server under load. The open loop is that of users who do not know of each
// other: a server that stands still does not keep them from coming, and each that came meanwhile
// has waited since. The closed loop asks again when it has been answered, so that a server that
// stands still also stops the questions, and hardly one of those who would have waited is counted
// ("coordinated omission": Gil Tene, "How NOT to Measure Latency", and his wrk2).

import { setImmediate, setTimeout } from "node:timers/promises";
import { arrivals } from "./arrivals.ts";
import type { ClosedPlan, Loaded, OpenPlan, Request } from "./plan.ts";
import { Tally } from "./tally.ts";

/** A timer may be a millisecond late: the rest of a wait is spent turning the event loop. */
const TURNING_MS = 1.5;

const SETTLE_SECONDS = 5;
const MOST_IN_FLIGHT = 10_000;

/** Sends requests when they are due, whatever became of those before. */
export async function openLoop(request: Request, plan: OpenPlan<unknown>): Promise<Loaded> {
  const { mostInFlight = MOST_IN_FLIGHT } = plan;
  const begin = performance.now();
  const tally = new Tally(begin, plan.seconds);
  for (const at of arrivals(plan)) {
    await reached(begin + at);
    if (tally.inFlight < mostInFlight) void tally.send(request, begin + at);
    else tally.drop();
  }
  return settled(tally, plan);
}

/** Lets each client ask again and again until the time is up. */
export async function closedLoop(
  clients: readonly Request[],
  plan: ClosedPlan<unknown>,
): Promise<Loaded> {
  const begin = performance.now();
  const end = begin + 1000 * plan.seconds;
  const tally = new Tally(begin, plan.seconds);
  const client = async (request: Request) => {
    for (let now = begin; now < end; now = performance.now()) {
      await tally.send(request, now);
      await setImmediate(); // an answer that is there at once must not keep out the others
    }
  };
  for (const request of clients) void client(request);
  await setTimeout(1000 * plan.seconds);
  return settled(tally, plan);
}

async function reached(moment: number): Promise<void> {
  const wait = moment - performance.now() - TURNING_MS;
  if (wait > 0) await setTimeout(wait);
  // At least one turn, so that a generator that lags behind still takes in the answers.
  do await setImmediate();
  while (performance.now() < moment);
}

async function settled(tally: Tally, plan: { settleSeconds?: number }): Promise<Loaded> {
  const deadline = performance.now() + 1000 * (plan.settleSeconds ?? SETTLE_SECONDS);
  while (tally.inFlight > 0 && performance.now() < deadline) await setTimeout(TURNING_MS);
  return tally.end();
}
