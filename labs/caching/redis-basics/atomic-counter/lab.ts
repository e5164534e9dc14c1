// Four web servers count the views of a page in Redis. A server that reads the number, adds one and
// writes it back overwrites what the others have added since. INCR adds where the number is, but
// asks Redis for every view. Counting in memory asks seldom, and dies with the process.

import { countsOf, lab, link, repeat } from "#kit";
import { askTogether } from "#patterns/ask-together";
import { type Redis, redis } from "#services/redis";

const PAGE = "views:/home";

/** How one server counts: `view` is called for each request, before it is answered. */
interface Counter {
  view(): Promise<unknown>;
  /** Writes what is in memory only. A server that is stopped does so, one that is killed cannot. */
  flush?(): Promise<unknown>;
}

const getSet = (client: Redis): Counter => ({
  async view() {
    const views = Number(await client.get(PAGE));
    await client.set(PAGE, views + 1); // overwrites whatever was counted since the read
  },
});

const incr = (client: Redis): Counter => ({
  view: () => client.incr(PAGE),
});

const batched = (client: Redis, batch: number): Counter => {
  let views = 0;
  const flush = async () => {
    const counted = views;
    views = 0;
    await client.incrby(PAGE, counted);
  };
  return {
    async view() {
      views += 1;
      if (views === batch) await flush();
    },
    flush,
  };
};

export default lab({
  title: "Counting with INCR",
  question:
    "How are page views counted by four servers at once, when a server may be killed at any moment?",
  services: { redis },
  knobs: { servers: 4, views: 1_000, batch: 100 },
  arms: { "get-set": getSet, incr, batched },

  async trial(start, { redis, knobs }) {
    await using wire = await link(redis.address);
    const observer = await redis.connect();
    const connect = () => redis.through(wire).connect();
    const connections = await repeat(knobs.servers, connect);
    const servers = connections.map((connection) => start(connection, knobs.batch));
    const each = Math.floor(knobs.views / knobs.servers);
    const { roundTrips } = await countsOf(wire, async () => {
      // Those that read first have all read the same number.
      await askTogether(
        wire,
        servers.map(({ view }) => view),
      );
      await Promise.all(servers.map(({ view }) => repeat(each - 1, view)));
      await Promise.all(servers.map(({ flush }) => flush?.()));
    });
    const views = each * knobs.servers;
    const lostTogether = views - Number(await observer.getdel(PAGE));

    const dying = await connect();
    const answered = Math.floor(2.5 * knobs.batch);
    await repeat(answered, start(dying, knobs.batch).view);
    dying.disconnect(); // killed: its memory is gone, and nobody flushes it
    const lostByKill = answered - Number(await observer.get(PAGE));
    return { lostTogether, lostByKill, roundTripsPerView: roundTrips / views };
  },

  claims: {
    "No view is lost when servers count at once": {
      holds: (found) => found.lostTogether === 0,
      brokenBy: ["get-set"],
    },
    "No view is lost when a server is killed": {
      holds: (found) => found.lostByKill === 0,
      brokenBy: ["batched"],
    },
    "A view costs a tenth of a round trip or less": {
      holds: (found) => found.roundTripsPerView <= 0.1,
      brokenBy: ["get-set", "incr"],
    },
  },

  measures: {
    "views lost when servers count at once": (found) => found.lostTogether,
    "views lost when a server is killed": (found) => found.lostByKill,
    "round trips per view": (found) => found.roundTripsPerView,
  },
});
