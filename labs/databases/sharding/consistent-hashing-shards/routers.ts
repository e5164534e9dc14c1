// Five ways to turn a key into a shard. All use the same hash; what differs is what they make of it.

import { hashOf } from "#patterns/key-hash";

/** Finds the shard of a key. */
export interface Router {
  shardOf(key: string): string;
  /** What it remembers beside the list of shards: positions on a ring. */
  readonly points: number;
}

/** A way to find shards. */
export interface Routing {
  readonly router: (shards: readonly string[], points: number) => Router;
  /** How many points a shard has on the ring; one by default. */
  readonly points?: (knob: number) => number;
}

/** How many hashes were computed. */
export const work = { hashes: 0 };

function hash(text: string): number {
  work.hashes += 1;
  return hashOf(text);
}

export const modulo: Routing = {
  router: (shards) => ({ shardOf: (key) => shards[hash(key) % shards.length]!, points: 0 }),
};

export const ring: Routing = {
  router(shards, points) {
    const circle = shards
      .flatMap((shard) =>
        Array.from({ length: points }, (_, point) => ({ shard, at: hash(`${shard}/${point}`) })),
      )
      .sort((one, other) => one.at - other.at);
    const shardOf = (key: string) => {
      const position = hash(key);
      return (circle.find(({ at }) => at >= position) ?? circle[0]!).shard;
    };
    return { shardOf, points: circle.length };
  },
};

export const ringWithVnodes: Routing = {
  ...ring,
  points: (knob) => knob, // matters: Adding a fifth shard moves at most a quarter of the rows; No shard holds more than 1.3 times its share
};

export const rendezvous: Routing = {
  router: (shards) => ({
    shardOf(key) {
      const bids = shards.map((shard) => hash(`${shard}/${key}`));
      return shards[bids.indexOf(Math.max(...bids))]!;
    },
    points: 0,
  }),
};

/** Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014). */
export const jump: Routing = {
  router: (shards) => ({
    shardOf(key) {
      let state = BigInt(hash(key));
      let [from, to] = [0, 0];
      while (to < shards.length) {
        from = to;
        state = BigInt.asUintN(64, state * 2862933555777941757n + 1n);
        to = Math.floor((from + 1) * (2 ** 31 / (Number(state >> 33n) + 1)));
      }
      return shards[from]!;
    },
    points: 0,
  }),
};
