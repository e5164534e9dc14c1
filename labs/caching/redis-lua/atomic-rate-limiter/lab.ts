// A limiter with two limits may count a request only if it is within both. To look and to count are
// several commands, and other clients come in between. A transaction keeps them together, but it
// cannot look before it counts. A script can, and the server works longer for it.

import { countsOf, lab, link, median, repeat } from "#kit";
import { askTogether } from "#patterns/ask-together";
import { workOn } from "#patterns/redis-cost";
import { stopBeforeEach } from "#patterns/stop-after";
import { type Redis, redis } from "#services/redis";

const MINUTE = "requests:minute";
const HOUR = "requests:hour";
const MINUTE_S = 60;
const HOUR_S = 3600;

/** Decides on one request; true lets it through. */
type Allow = (client: Redis, perMinute: number, perHour: number) => Promise<boolean>;

const calls: Allow = async (client, perMinute, perHour) => {
  const [minute, hour] = await client.mget(MINUTE, HOUR);
  if (Number(minute) >= perMinute || Number(hour) >= perHour) return false;
  if ((await client.incr(MINUTE)) === 1) await client.expire(MINUTE, MINUTE_S);
  if ((await client.incr(HOUR)) === 1) await client.expire(HOUR, HOUR_S);
  return true;
};

const multi: Allow = async (client, perMinute, perHour) => {
  const both = client.multi();
  both.incr(MINUTE).expire(MINUTE, MINUTE_S, "NX");
  both.incr(HOUR).expire(HOUR, HOUR_S, "NX");
  const [minute, , hour] = ((await both.exec()) ?? []).map(([, reply]) => Number(reply));
  return minute! <= perMinute && hour! <= perHour;
};

const SCRIPT = `
  local counts = redis.call("MGET", KEYS[1], KEYS[2])
  for i, count in ipairs(counts) do
    if tonumber(count or 0) >= tonumber(ARGV[i]) then return 0 end
  end
  if redis.call("INCR", KEYS[1]) == 1 then redis.call("EXPIRE", KEYS[1], ${MINUTE_S}) end
  if redis.call("INCR", KEYS[2]) == 1 then redis.call("EXPIRE", KEYS[2], ${HOUR_S}) end
  return 1
`;

const script: Allow = async (client, perMinute, perHour) =>
  (await client.eval(SCRIPT, 2, MINUTE, HOUR, perMinute, perHour)) === 1;

export default lab({
  title: "Atomic rate limiter script",
  question:
    "Can a limiter with two limits (ten a minute, a hundred an hour) be right without a script?",
  services: { redis },
  knobs: { clients: 20, perMinute: 10, perHour: 100 },
  arms: { calls, multi, script },

  async trial(allow, { redis, knobs: { clients, perMinute, perHour } }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const connect = () => redis.through(wire).connect({ retryStrategy: () => null });
    const observer = await redis.connect();
    const crowd = await repeat(clients, connect);
    const ask = (client: Redis) => allow(client, perMinute, perHour);

    const asked = await askTogether(
      wire,
      crowd.map((client) => () => ask(client)),
    );
    const over = Math.max(0, asked.filter(Boolean).length - perMinute);

    // One after the other, twice as many as the smaller limit allows.
    await observer.flushall();
    const counted = (await repeat(2 * perMinute, () => ask(observer))).filter(Boolean).length;
    const usedUp = Number(await observer.get(HOUR)) - counted;

    await observer.flushall();
    const { roundTrips } = await countsOf(wire, () => ask(crowd[0]!));

    let endless = 0;
    const start = async () => {
      await observer.flushall();
      const client = await connect();
      return () => ask(client);
    };
    for await (const _killed of stopBeforeEach(wire, start)) {
      wire.reset();
      const ttls = [await observer.ttl(MINUTE), await observer.ttl(HOUR)];
      endless += ttls.filter((ttl) => ttl === -1).length;
    }

    // How long the server works on decisions, as a multiple of the commands inside. A batch in
    // which the machine stole the time does not count: the median does.
    const works = await repeat(12, async () => {
      await observer.config("RESETSTAT");
      await Promise.all(Array.from({ length: 40 }, () => allow(observer, 10_000, 10_000)));
      const bare = await workOn(redis, "mget", "incr", "expire");
      const whole = await workOn(redis, "multi", "exec", "eval");
      return (whole.micros || bare.micros) / bare.micros;
    });
    return { over, usedUp, endless, roundTrips, work: median(works) };
  },

  claims: {
    "Never lets more than a limit through": {
      holds: (found) => found.over === 0,
      brokenBy: ["calls"],
    },
    "A killed client leaves no counter without an expiry": {
      holds: (found) => found.endless === 0,
      brokenBy: ["calls"],
    },
    "A refused request uses up none of the other limit": {
      holds: (found) => found.usedUp === 0,
      brokenBy: ["multi"],
    },
    "A decision takes the server at most four times its bare commands": {
      ratio: (found) => found.work,
      to: "calls",
      atMost: 4,
      brokenBy: ["script"],
    },
  },

  measures: {
    "requests let through over the limit": (found) => found.over,
    "counters without a TTL": (found) => found.endless,
    "allowance used by refused requests": (found) => found.usedUp,
    "server time": { unit: "times", of: (found) => found.work },
    "round trips": (found) => found.roundTrips,
  },
});
