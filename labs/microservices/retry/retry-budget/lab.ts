// A service has capacity to spare and stands still for a second. Meanwhile calls time out, and each
// is sent again, and again. When the service goes on it has four times the calls before it, more
// than it can do, so the next ones time out too, and are sent again: the retries keep alive what
// they came from. A budget lets retries be a small part of all calls, whatever happens.

import { lab, VirtualClock } from "#kit";
import { Service } from "./service.ts";

const ATTEMPTS = 4;
const RESERVE = 10;
const LOST = 20; // the request whose first call is lost, long before the pause

/** Says before each attempt of a request whether it may be made. One of these serves all requests. */
type MayTry = (attempt: number) => boolean;

const noRetry = (): MayTry => (attempt) => attempt === 1;

const threeRetries = (): MayTry => (attempt) => attempt <= ATTEMPTS;

const budget = (): MayTry => {
  let tokens = RESERVE;
  return (attempt) => {
    if (attempt === 1) {
      tokens = Math.min(RESERVE, tokens + 0.1);
      return true;
    }
    if (tokens < 1) return false; // matters: The service recovers once the cause has gone
    tokens -= 1;
    return attempt <= ATTEMPTS;
  };
};

export default lab({
  title: "Retry budgets and the outage that does not end",
  question: "The pause of one second is over: why is the service still down long after?",
  services: {},
  knobs: {
    rate: { value: 120, from: 20, to: 190 },
    serviceMs: { value: 5, from: 1, to: 8 },
    timeoutMs: { value: 200, from: 50, to: 500 },
    pauseMs: { value: 1000, from: 100, to: 3000 },
  },
  arms: { "no-retry": noRetry, "three-retries": threeRetries, budget },

  async trial(policy, { knobs: { rate, serviceMs, timeoutMs, pauseMs }, sample }) {
    const clock = new VirtualClock();
    const service = new Service(clock, serviceMs);
    const mayTry = policy();
    const requests: { at: number; ok: boolean; attempts: number }[] = [];

    const send = async (index: number) => {
      const request = { at: clock.now(), ok: false, attempts: 0 };
      requests.push(request);
      while (!request.ok && mayTry(request.attempts + 1)) {
        request.attempts += 1;
        const isLost = index === LOST && request.attempts === 1;
        request.ok = await service.call(timeoutMs, isLost);
      }
    };
    const users = async () => {
      for (let index = 0; ; index++) {
        void send(index);
        await clock.sleep(1000 / rate);
      }
    };

    void users(); // stands still, as the clock does, when the trial ends
    await clock.advance(1_000);
    service.pause(pauseMs);
    await clock.advance(pauseMs + 4_000);
    const end = clock.now();
    const queueAtEnd = service.backlogMs / serviceMs;
    await clock.advance(ATTEMPTS * timeoutMs); // the last of them come to their end

    const success = (from: number) => {
      const due = requests.filter(({ at }) => from <= at && at < from + 500);
      return due.filter(({ ok }) => ok).length / due.length;
    };
    for (let from = 0; from < end; from += 500) sample("success rate", from / 1_000, success(from));
    const failed = requests.filter(({ at, ok }) => at < end && !ok);
    return {
      lostCallHidden: requests[LOST]?.ok,
      successAtEnd: success(end - 500),
      givenUpEarly: failed.filter(({ attempts }) => attempts < ATTEMPTS).length,
      callsPerRequest: service.calls / requests.length,
      forNobody: service.forNobody,
      queueAtEnd: Math.round(queueAtEnd),
    };
  },

  claims: {
    "A single lost call is hidden from the user": {
      holds: (found) => found.lostCallHidden === true,
      brokenBy: ["no-retry"],
    },
    "The service recovers once the cause has gone": {
      holds: (found) => found.successAtEnd === 1,
      brokenBy: ["three-retries"],
    },
    "Every failed request gets all of its attempts": {
      holds: (found) => found.givenUpEarly === 0,
      brokenBy: ["no-retry", "budget"],
    },
  },

  measures: {
    "success rate in the last half second": (found) => found.successAtEnd,
    "calls sent per request": (found) => found.callsPerRequest,
    "work done for nobody": (found) => found.forNobody,
    "queue length at the end": (found) => found.queueAtEnd,
  },
});
