// HTTP forgets who asked last. A session remembers: in the memory of one server, in the browser, or
// in a store that all servers ask. Where it lies decides what a restart takes away, whom a logout
// reaches, and what becomes of two changes that come at the same moment.

import { randomUUID } from "node:crypto";
import { barrier, countsOf, lab, link, repeat } from "#kit";
import { signed, verified } from "#patterns/signed-text";
import { type Redis, redis } from "#services/redis";

const SECRET = "known to all servers";
const HOUR_S = 3_600;

type Cookie = string;
type Session = { readonly user: string; readonly cart: string[] };

/** How one server keeps sessions. */
interface Sessions {
  /** Keeps a session under an id that nobody can guess. Returns what the browser shall keep. */
  save(id: Cookie, session: Session): Promise<Cookie>;
  read(cookie: Cookie): Promise<Session | null>;
  /** Puts an item into the cart. Where this is missing a session is read, changed and saved. */
  add?(cookie: Cookie, item: string): Promise<unknown>;
  logout(cookie: Cookie): Promise<unknown>;
}

const memory = (): Sessions => {
  const sessions = new Map<Cookie, Session>();
  return {
    async save(id, session) {
      sessions.set(id, session);
      return id;
    },
    read: async (id) => sessions.get(id) ?? null,
    logout: async (id) => sessions.delete(id),
  };
};

const cookie = (): Sessions => ({
  save: async (_id, session) => signed(session, SECRET),
  read: async (text) => (verified(text, SECRET) as Session) ?? null,
  async logout() {}, // the browser is told to forget it; the server has nothing to forget
});

const blob = (client: Redis): Sessions => ({
  async save(id, session) {
    await client.set(id, JSON.stringify(session), "EX", HOUR_S);
    return id;
  },
  read: async (id) => JSON.parse((await client.get(id)) ?? "null"),
  logout: (id) => client.del(id),
});

const hash = (client: Redis): Sessions => ({
  async save(id, { user, cart }) {
    await client.hset(id, { user, ...Object.fromEntries(cart.map((item) => [item, 1])) });
    await client.expire(id, HOUR_S);
    return id;
  },
  async read(id) {
    const { user, ...items } = await client.hgetall(id);
    return user === undefined ? null : { user, cart: Object.keys(items) };
  },
  async add(id, item) {
    await client.hset(id, item, 1); // matters: Two tabs add to the cart at the same moment, and both additions stay
  },
  logout: (id) => client.del(id),
});

export default lab({
  title: "Session management",
  question:
    "Where should a login session live when there are three servers, two open tabs and a logout button?",
  services: { redis },
  knobs: { servers: 3, users: { value: 20, from: 2, to: 200 } },
  arms: { memory, cookie, blob, hash },

  async trial(build, { redis, knobs }) {
    await using wire = await link(redis.address);
    const start = async () => build(await redis.through(wire).connect());
    const servers = await repeat(knobs.servers, start);
    const serverOf = (user: number) => servers[user % servers.length]!; // sticky routing
    const cookies = await repeat(knobs.users, (user) =>
      serverOf(user).save(randomUUID(), { user: `user ${user}`, cart: [] }),
    );
    servers[0] = await start(); // killed, and started again
    const { roundTrips, result: sessions } = await countsOf(wire, () =>
      repeat(knobs.users, (user) => serverOf(user).read(cookies[user]!)),
    );

    const server = serverOf(1);
    let kept = cookies[1]!; // the browser has one cookie for all tabs
    const { arrive } = barrier(2); // both tabs have read before one of them writes
    const add = async (item: string) => {
      if (server.add) return server.add(kept, item);
      const session = (await server.read(kept))!;
      await arrive();
      session.cart.push(item);
      kept = await server.save(kept, session);
    };
    await Promise.all(["apples", "pears"].map(add));
    const cart = (await server.read(kept))?.cart ?? [];

    await server.logout(kept);
    const accepting = await Promise.all(servers.map((one) => one.read(kept)));
    const count = (all: readonly (Session | null)[]) => all.filter((one) => one !== null).length;
    return {
      lostLogins: knobs.users - count(sessions),
      acceptedAfterLogout: count(accepting),
      lostAdditions: 2 - cart.length,
      roundTripsPerRequest: roundTrips / knobs.users,
    };
  },

  claims: {
    "A login survives the restart of a server": {
      holds: (found) => found.lostLogins === 0,
      brokenBy: ["memory"],
    },
    "A logout takes effect everywhere at once": {
      holds: (found) => found.acceptedAfterLogout === 0,
      brokenBy: ["cookie"],
    },
    "Two tabs add to the cart at the same moment, and both additions stay": {
      holds: (found) => found.lostAdditions === 0,
      brokenBy: ["cookie", "blob"],
    },
    "A request asks no other server": {
      holds: (found) => found.roundTripsPerRequest === 0,
      brokenBy: ["blob", "hash"],
    },
  },

  measures: {
    "lost logins": (found) => found.lostLogins,
    "servers that accept a request after logout": (found) => found.acceptedAfterLogout,
    "lost additions": (found) => found.lostAdditions,
    "round trips per request": (found) => found.roundTripsPerRequest,
  },
});
