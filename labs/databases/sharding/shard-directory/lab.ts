// A router sends each tenant's writes to the shard that has the tenant. It can compute which one, ask a
// directory, or remember the answer. Between the router's decision and the arrival of the write the
// tenant may have moved, and then only the shard itself can tell that it is not the owner any more.

import { lab, repeat } from "#kit";
import { postgresShards } from "#services/postgres-shards";
import { home, type Place, Shop } from "./shop.ts";

interface Arm {
  route(tenant: number, shop: Shop): Promise<Place>;
  /** Whether the shard compares the epoch as it writes. */
  readonly checksEpoch?: boolean;
}

const modulo: Arm = {
  route: async (tenant, { shards }) => ({ shard: home(tenant, shards.length), epoch: 0 }),
};

const directory: Arm = { route: (tenant, shop) => shop.find(tenant) };

const cachedDirectory: Arm = {
  async route(tenant, shop) {
    const place = shop.cache.get(tenant) ?? (await shop.find(tenant));
    shop.cache.set(tenant, place);
    return place;
  },
};

const cachedWithEpoch: Arm = {
  ...cachedDirectory,
  checksEpoch: true, // matters: A write never lands on a shard that does not own the tenant
};

const INSERT = "INSERT INTO note VALUES ($1, 'new')";

// The lock keeps a move out until the row is written.
const INSERT_IF_OWNER = `
  WITH owner AS (SELECT id FROM tenant WHERE id = $1 AND epoch = $2 FOR SHARE)
  INSERT INTO note SELECT id, 'new' FROM owner`;

/** Writes where the router says; false when the shard refuses since the tenant has moved. */
async function write({ shards }: Shop, { checksEpoch }: Arm, tenant: number, place: Place) {
  const shard = shards[place.shard]!;
  if (!checksEpoch) return (await shard.query(INSERT, [tenant])).rowCount === 1;
  return (await shard.query(INSERT_IF_OWNER, [tenant, place.epoch])).rowCount === 1;
}

export default lab({
  title: "Shard routing: computed, looked up, cached, and fenced",
  question:
    "How does a query find its shard, and what happens to a router that has not heard of a move?",
  services: { postgres: postgresShards },
  knobs: { tenants: 100, requests: 1_000, moves: 5 },
  arms: {
    modulo,
    directory,
    "cached-directory": cachedDirectory,
    "cached-with-epoch": cachedWithEpoch,
  },

  async trial(arm, { postgres, knobs: { tenants, requests, moves } }) {
    const shards = await Promise.all(postgres.shards.map((name) => postgres.shard(name).connect()));
    const all = Array.from({ length: tenants }, (_, tenant) => tenant);
    const shop = await Shop.open(shards, all);
    for (const tenant of all) await arm.route(tenant, shop);
    const before = shop.asked;
    await repeat(requests, (request) => arm.route(request % tenants, shop));
    const queries = (shop.asked - before) / requests;

    const movers = all.slice(0, moves);
    let refused = 0;
    for (const tenant of movers) {
      const decided = await arm.route(tenant, shop);
      await shop.move(tenant); // before the write arrives
      if (await write(shop, arm, tenant, decided)) continue;
      refused += 1;
      shop.cache.delete(tenant);
      await write(shop, arm, tenant, await arm.route(tenant, shop));
    }
    shop.cache.clear(); // as a router that has just been started
    let lost = 0;
    for (const tenant of movers) {
      const { shard } = await arm.route(tenant, shop);
      if (!(await shop.has(tenant, shard))) lost += 1;
    }
    return { refused, queries, lost, stranded: await shop.stranded() };
  },

  claims: {
    "One tenant can be moved alone": { holds: (found) => found.lost === 0, brokenBy: ["modulo"] },
    "Routing costs no query": { holds: (found) => found.queries === 0, brokenBy: ["directory"] },
    "A write never lands on a shard that does not own the tenant": {
      holds: (found) => found.stranded === 0,
      brokenBy: ["modulo", "directory", "cached-directory"],
    },
    "No request is refused because of a move": {
      holds: (found) => found.refused === 0,
      brokenBy: ["cached-with-epoch"],
    },
  },

  measures: {
    "queries per request": (found) => found.queries,
    "writes stranded on the old shard": (found) => found.stranded,
    "requests refused and repeated": (found) => found.refused,
    "tenants not found after a move": (found) => found.lost,
  },
});
