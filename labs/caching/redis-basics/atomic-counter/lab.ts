// Four web servers count the views of a page in Redis. A server that reads the number, adds one and
// writes it back overwrites what the others have added since. INCR adds where the number is, but
// asks Redis for every view. Counting in memory asks seldom, and dies with the process.

import { lab, link, repeat } from "#kit";
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
    await using wire = await link(redis.address, { trace: "resp" });
    const client = await redis.connect();
    await client.flushall();
    const counted = async () => Number(await client.get(PAGE));
    const connect = () => redis.through(wire).connect();
    const connections = await Promise.all(Array.from({ length: knobs.servers }, connect));
    const servers = connections.map((connection) => start(connection, knobs.batch));

    const before = wire.counts().roundTrips;
    // Each server may send one request. Those that read first have then all read the same number.
    wire.after({ requests: 1 }).hold();
    const first = Promise.all(servers.map((server) => server.view()));
    await Promise.race([first, wire.held(knobs.servers)]);
    wire.release();
    await first;
    const more = Math.floor(knobs.views / knobs.servers) - 1;
    await Promise.all(servers.map((server) => repeat(more, () => server.view())));
    await Promise.all(servers.map((server) => server.flush?.()));
    const views = (more + 1) * knobs.servers;
    const roundTrips = wire.counts().roundTrips - before;
    const lostTogether = views - (await counted());

    await client.del(PAGE);
    const connection = await connect();
    const server = start(connection, knobs.batch);
    const answered = Math.floor(2.5 * knobs.batch);
    await repeat(answered, () => server.view());
    connection.disconnect(); // killed: its memory is gone, and nobody flushes it
    return {
      lostTogether,
      lostByKill: answered - (await counted()),
      roundTripsPerView: roundTrips / views,
    };
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
