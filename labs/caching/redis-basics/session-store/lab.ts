// HTTP forgets who asked last. A session remembers: in the memory of one server, in the browser, or
// in a store that all servers ask. Where it lies decides what a restart takes away, whom a logout
// reaches, and what becomes of two changes that come at the same moment.

import { randomUUID } from "node:crypto";
import { barrier, lab, link, repeat } from "#kit";
import { signed, verified } from "#patterns/signed-text";
import { type Redis, redis } from "#services/redis";

const SECRET = "known to all servers";

type Cookie = string;
type Session = { readonly user: string; readonly cart: readonly string[] };

/** How one server keeps sessions. */
interface Sessions {
  /** Begins a session; `id` is a number that nobody can guess. Returns what the browser shall keep. */
  login(id: string, user: string): Promise<Cookie>;
  read(cookie: Cookie): Promise<Session | null>;
  /** Puts something into the cart; `pause` stands between reading and writing. */
  add(cookie: Cookie, item: string, pause: () => Promise<void>): Promise<Cookie>;
  logout(cookie: Cookie): Promise<unknown>;
}

const memory = (): Sessions => {
  const sessions = new Map<Cookie, { user: string; cart: string[] }>();
  return {
    async login(id, user) {
      sessions.set(id, { user, cart: [] });
      return id;
    },
    read: async (id) => sessions.get(id) ?? null,
    async add(id, item, pause) {
      const session = sessions.get(id);
      await pause();
      session?.cart.push(item);
      return id;
    },
    logout: async (id) => sessions.delete(id),
  };
};

const cookie = (): Sessions => ({
  login: async (_id, user) => signed({ user, cart: [] }, SECRET),
  read: async (text) => (verified(text, SECRET) as Session) ?? null,
  async add(text, item, pause) {
    const { user, cart } = verified(text, SECRET) as Session;
    await pause();
    return signed({ user, cart: [...cart, item] }, SECRET);
  },
  async logout() {}, // the browser is told to forget it; the server has nothing to forget
});

const blob = (client: Redis): Sessions => ({
  async login(id, user) {
    await client.set(id, JSON.stringify({ user, cart: [] }), "EX", 3_600);
    return id;
  },
  read: async (id) => JSON.parse((await client.get(id)) ?? "null"),
  async add(id, item, pause) {
    const session = JSON.parse((await client.get(id))!);
    await pause();
    session.cart.push(item);
    await client.set(id, JSON.stringify(session), "KEEPTTL");
    return id;
  },
  logout: (id) => client.del(id),
});

const hash = (client: Redis): Sessions => ({
  async login(id, user) {
    await client.hset(id, "user", user);
    await client.expire(id, 3_600);
    return id;
  },
  async read(id) {
    const { user, ...items } = await client.hgetall(id);
    return user === undefined ? null : { user, cart: Object.keys(items) };
  },
  async add(id, item) {
    await client.hset(id, item, 1); // matters: Two tabs add to the cart at the same moment, and both additions stay
    return id;
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
    const servers = await Promise.all(Array.from({ length: knobs.servers }, start));
    const serverOf = (user: number) => servers[user % servers.length]!; // sticky routing
    const users = Array.from({ length: knobs.users }, (_, user) => user);
    const login = (user: number) => serverOf(user).login(randomUUID(), `user ${user}`);
    const cookies = await Promise.all(users.map(login));
    servers[0] = await start(); // killed, and started again

    const before = wire.counts().roundTrips;
    const sessions = await repeat(users.length, (user) => serverOf(user).read(cookies[user]!));
    const roundTrips = wire.counts().roundTrips - before;

    const [server, shared] = [serverOf(1), cookies[1]!];
    const { arrive } = barrier(2); // both tabs have read before one of them writes
    const answers = ["apples", "pears"].map((item) => server.add(shared, item, arrive));
    const kept = (await Promise.all(answers)).at(-1)!; // the browser has one cookie for all tabs
    const cart = (await server.read(kept))?.cart ?? [];

    await server.logout(kept);
    const accepting = await Promise.all(servers.map((one) => one.read(kept)));
    return {
      lostLogins: sessions.filter((session) => session === null).length,
      acceptedAfterLogout: accepting.filter((session) => session !== null).length,
      lostAdditions: 2 - cart.length,
      roundTripsPerRequest: roundTrips / users.length,
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
