// A circuit breaker has cut a service off, and its waiting time is over. Somebody has to find out
// whether the service is back. It can be everybody at once, or one user's call, and then there is the
// question what to tell the others meanwhile. Or it is no user at all, but the health page, which
// may know less than it says.

import { lab, until } from "#kit";
import { type Client, CONDITIONS, type Outcome, openService } from "./service.ts";

/** A circuit that is open and may be tried from now on. Returns how a user calls through it. */
type HalfOpen = (client: Client) => Promise<() => Promise<Outcome>>;

const reopenForAll: HalfOpen = async ({ work }) => work;

const oneProbeReject: HalfOpen = async ({ work }) => {
  let probed: Outcome | "not yet" | undefined;
  return async () => {
    if (probed === "answered") return work();
    if (probed) return "refused";
    probed = "not yet";
    probed = await work();
    return probed;
  };
};

const oneProbeQueue: HalfOpen = async ({ work }) => {
  let probe: Promise<Outcome> | undefined;
  return async () => {
    if (!probe) {
      probe = work();
      return probe;
    }
    if ((await probe) === "failed") {
      return "refused"; // matters: A dead service gets one call; A broken service stays cut off
    }
    return work();
  };
};

const backgroundProbe: HalfOpen = async ({ work, health }) => {
  const isWell = (await health()) === "answered";
  return async () => (isWell ? work() : "refused");
};

/** Lets a burst of users call a service in some condition, all in the same moment. */
async function scene(halfOpen: HalfOpen, condition: keyof typeof CONDITIONS, burst: number) {
  await using service = await openService(CONDITIONS[condition]);
  const call = await halfOpen(service.client);
  let told = 0;
  const calls = Array.from({ length: burst }, async () => {
    const outcome = await call();
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
