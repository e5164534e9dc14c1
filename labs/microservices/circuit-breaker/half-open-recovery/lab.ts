// A circuit breaker has cut a service off, and its waiting time is over. Somebody has to find out
// whether the service is back. It can be everybody at once, or one user's call, and then there is the
// question what to tell the others meanwhile. Or it is no user at all, but the health page, which
// may know less than it says.

import { once } from "node:events";
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  IterableBackoff,
  isBrokenCircuitError,
} from "cockatiel";
import CircuitBreaker from "opossum";
import { lab, until } from "#kit";
import { type Client, CONDITIONS, openService, ServiceFailure } from "./service.ts";

/**
 * A circuit that is open and may be tried from now on. Returns how a user calls through it; that
 * rejects when the service fails, and when the circuit refuses the call.
 */
type HalfOpen = (client: Client) => Promise<() => Promise<unknown>>;

const reopenForAll: HalfOpen = async ({ work }) => work;

const oneProbeReject: HalfOpen = async ({ work }) => {
  const breaker = new CircuitBreaker(work, { resetTimeout: 0, timeout: false });
  breaker.open();
  await once(breaker, "halfOpen");
  return () => breaker.fire();
};

const oneProbeQueue: HalfOpen = async ({ work }) => {
  const waits = [0]; // milliseconds until the circuit may be tried: the first time, and then again
  waits.push(60_000); // matters: A dead service gets one call; A broken service stays cut off
  const breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(1),
    halfOpenAfter: new IterableBackoff(waits),
  });
  await breaker
    .execute(() => Promise.reject(new Error("the failure that opens it")))
    .catch(() => {});
  return () => breaker.execute(work);
};

const backgroundProbe: HalfOpen = async ({ work, health }) => {
  const isWell = await health().then(
    () => true,
    () => false,
  );
  return async () => {
    if (!isWell) throw new BrokenCircuitError();
    return work();
  };
};

type Outcome = "answered" | "failed" | "refused";

/** Tells how a call ended. Rejects where that was neither by the service nor by the circuit. */
async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call;
    return "answered";
  } catch (error) {
    if (error instanceof ServiceFailure) return "failed";
    if (isBrokenCircuitError(error) || CircuitBreaker.isOurError(error as Error)) return "refused";
    throw error;
  }
}

/** Lets a burst of users call a service in some condition, all in the same moment. */
async function scene(halfOpen: HalfOpen, condition: keyof typeof CONDITIONS, burst: number) {
  await using service = await openService(CONDITIONS[condition]);
  const call = await halfOpen(service.client);
  let told = 0;
  const calls = Array.from({ length: burst }, async () => {
    const outcome = await outcomeOf(call());
    told += 1;
    return outcome;
  });
  // Who is refused is told at once, before any call can reach the service.
  await until("a call to arrive", () => service.reached.work > 0 || told === burst);
  const waiting = burst - told;
  service.answer();
  const outcomes = await Promise.all(calls);
  return {
    reached: service.reached.work,
    waitedForOthers: Math.max(0, waiting - 1), // the first one would have had to wait in any case
    answered: outcomes.filter((outcome) => outcome === "answered").length,
    refused: outcomes.filter((outcome) => outcome === "refused").length,
    healthRequests: service.reached.health,
  };
}

export default lab({
  title: "Half-open: who tries the service first",
  question:
    "The waiting time is over: who finds out whether the service is back, and what happens to everybody else meanwhile?",
  services: {},
  knobs: { burst: { value: 50, from: 2, to: 500 } },
  arms: {
    "reopen-for-all": reopenForAll,
    "one-probe-reject": oneProbeReject,
    "one-probe-queue": oneProbeQueue,
    "background-probe": backgroundProbe,
  },

  async trial(halfOpen, { knobs: { burst } }) {
    return {
      burst,
      dead: await scene(halfOpen, "dead", burst),
      back: await scene(halfOpen, "back", burst),
      broken: await scene(halfOpen, "broken", burst),
    };
  },

  claims: {
    "A dead service gets one call": {
      holds: ({ dead }) => dead.reached <= 1,
      brokenBy: ["reopen-for-all"],
    },
    "Nobody waits for a dead service or for another's probe": {
      holds: ({ dead }) => dead.waitedForOthers === 0,
      brokenBy: ["reopen-for-all", "one-probe-queue"],
    },
    "The burst that finds the service back gets through whole": {
      holds: ({ back, burst }) => back.answered === burst,
      brokenBy: ["one-probe-reject"],
    },
    "A broken service stays cut off": {
      holds: ({ broken }) => broken.reached <= 1,
      brokenBy: ["reopen-for-all", "background-probe"],
    },
  },

  measures: {
    "user calls that reached the dead service": ({ dead }) => dead.reached,
    "calls that waited": ({ dead }) => dead.waitedForOthers,
    "calls refused although the service is back": ({ back }) => back.refused,
    "health requests made": ({ dead }) => dead.healthRequests,
  },
});
