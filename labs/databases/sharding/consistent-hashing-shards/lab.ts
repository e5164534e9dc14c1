// Rows are spread over shards by a hash of their key. When a shard comes or goes, most ways to turn a
// hash into a shard send rows from one old shard to another, which helps nobody. The good ones move only
// what the new shard takes or the old one leaves, and differ in balance, memory and work.

import { lab, sum } from "#kit";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";
import { jump, modulo, type Router, rendezvous, ring, ringWithVnodes, work } from "./routers.ts";

/** The shards' connections, by name. */
type Shards = ReadonlyMap<string, Postgres>;

const INSERT = "INSERT INTO customer SELECT unnest($1::text[])";

/** Moves every row to where a router wants it; returns how many have left each shard. */
async function rebalance(shards: Shards, router: Router): Promise<Map<string, number>> {
  const left = new Map<string, number>();
  for (const [name, shard] of shards) {
    const { rows } = await shard.query<{ id: string }>("SELECT id FROM customer");
    const ids = rows.map(({ id }) => id);
    const strangers = ids.filter((id) => router.shardOf(id) !== name);
    for (const [target, moving] of Map.groupBy(strangers, router.shardOf)) {
      await shards.get(target)!.query(INSERT, [moving]);
      await shard.query("DELETE FROM customer WHERE id = ANY($1)", [moving]);
    }
    left.set(name, strangers.length);
  }
  return left;
}

/** How many rows each shard has. */
async function sizes(shards: Shards): Promise<number[]> {
  const counts = [...shards.values()].map((shard) => shard.query("SELECT FROM customer"));
  return (await Promise.all(counts)).map(({ rowCount }) => rowCount!);
}

export default lab({
  title: "Consistent hashing: what a fifth shard moves",
  question: "How many rows travel when I add or take away a shard, and is the load still even?",
  services: { postgres: postgresShards.with({ shards: 5 }) },
  knobs: { rows: 10_000, points: 128 },
  arms: { modulo, ring, "ring-with-vnodes": ringWithVnodes, rendezvous, jump },

  async trial({ router, points = () => 1 }, { postgres, knobs }) {
    const shards = new Map<string, Postgres>();
    for (const name of postgres.shards) {
      const shard = await postgres.shard(name).connect();
      await shard.query("CREATE TABLE customer (id text PRIMARY KEY)");
      shards.set(name, shard);
    }
    const five = [...shards.keys()];
    const [four, oneAway] = [five.slice(0, 4), five.filter((_, index) => index !== 1)];
    const [before, grown, shrunk] = [four, five, oneAway].map((names) =>
      router(names, points(knobs.points)),
    ) as [Router, Router, Router];

    const ids = Array.from({ length: knobs.rows }, (_, number) => `customer-${number}`);
    work.hashes = 0;
    for (const [name, own] of Map.groupBy(ids, before.shardOf)) {
      await shards.get(name)!.query(INSERT, [own]);
    }
    const hashesPerLookup = work.hashes / knobs.rows;
    const fullest = Math.max(...(await sizes(shards)));
    const added = await rebalance(shards, grown);
    const removed = await rebalance(shards, shrunk);
    removed.delete(five[1]!);
    const kept = sum(await sizes(shards));
    if (kept !== knobs.rows) throw new Error(`${knobs.rows - kept} rows were lost on the way`);
    return {
      moved: sum([...added.values()]) / knobs.rows,
      fullest: fullest / (knobs.rows / four.length),
      needless: sum([...removed.values()]) / knobs.rows,
      points: before.points,
      hashesPerLookup,
    };
  },

  claims: {
    "Adding a fifth shard moves at most a quarter of the rows": {
      holds: (found) => found.moved <= 0.25,
      brokenBy: ["modulo", "ring"],
    },
    "No shard holds more than 1.3 times its share": {
      holds: (found) => found.fullest <= 1.3,
      brokenBy: ["ring"],
    },
    "Taking a shard away moves only the rows of that shard": {
      holds: (found) => found.needless === 0,
      brokenBy: ["modulo", "jump"],
    },
    "The router remembers nothing but the list of shards": {
      holds: (found) => found.points === 0,
      brokenBy: ["ring", "ring-with-vnodes"],
    },
    "A lookup hashes once": {
      holds: (found) => found.hashesPerLookup === 1,
      brokenBy: ["rendezvous"],
    },
  },

  measures: {
    "rows moved to a fifth shard": { unit: "of all rows", of: (found) => found.moved },
    "fullest of four shards": { unit: "times its share", of: (found) => found.fullest },
    "rows moved for nothing": { unit: "of all rows", of: (found) => found.needless },
    "points on the ring": (found) => found.points,
    "hashes per lookup": (found) => found.hashesPerLookup,
  },
});
