// Any node of a cluster can be asked for any key. One that does not have it answers with an address:
// MOVED means from now on, ASK means this once, since the slot is on its way and only some of its keys
// have arrived. Their new node serves them to nobody who does not say ASKING first.

import type { Redis } from "ioredis";
import { type Address, lab, mean, repeat } from "#kit";
import { slotOf } from "#patterns/hash-slot";
import { type ClusterFace, redisCluster } from "#services/redis-cluster";

/** What a client knows of the cluster: addresses (host:port) by slot, learnt from redirections. */
type Table = Map<number, string>;

/** Where a client goes next, if anywhere, and whether it says ASKING there. */
type Next = { readonly address: string; readonly asking: boolean } | undefined;

/** What a client makes of a redirection. */
type Redirected = (table: Table, kind: string, slot: number, address: string) => Next;

const giveUp: Redirected = () => undefined;

const follow: Redirected = (_table, kind, _slot, address) => ({ address, asking: kind === "ASK" });

const rememberAll: Redirected = (table, _kind, slot, address) => {
  table.set(slot, address);
  return { address, asking: false };
};

const rememberMoved: Redirected = (table, kind, slot, address) => {
  if (kind === "ASK") return { address, asking: true }; // matters: Every key of a slot that is being moved can be reached
  return rememberAll(table, kind, slot, address);
};

interface Client {
  readonly redirected: Redirected;
  readonly table: Table;
  /** A connection to each node; the first is asked where nothing is known. */
  readonly nodes: readonly Redis[];
}

const MAX_HOPS = 16;
const REDIRECTION = /^(MOVED|ASK) (\d+) (.+)$/;
const addressOf = ({ options: { host, port } }: Redis) => `${host}:${port}`;

/** Reads a key; returns whether it was found, and in how many round trips. */
async function read(key: string, { redirected, table, nodes }: Client) {
  let next: Next = { address: table.get(slotOf(key)) ?? addressOf(nodes[0]!), asking: false };
  for (let trips = 1; trips <= MAX_HOPS; trips++) {
    const { address, asking }: NonNullable<Next> = next;
    const node = nodes.find((one) => addressOf(one) === address)!;
    if (asking) node.asking(); // goes along with the GET
    try {
      return { found: (await node.get(key)) !== null, trips };
    } catch (error) {
      const [, kind, slot, to] = REDIRECTION.exec((error as Error).message) ?? [];
      if (!kind) throw error;
      next = redirected(table, kind, Number(slot), to!);
      if (!next) return { found: false, trips };
    }
  }
  return { found: false, trips: MAX_HOPS };
}

const [ARRIVED, LEFT] = ["{bob}:cart", "{bob}:orders"]; // in a slot of the second master

/** Begins to move a slot from the second master to the third, and moves one of its two keys. */
async function moveHalf({ node }: ClusterFace, { host, port }: Address): Promise<void> {
  const source = await node("master-2").connect();
  const target = await node("master-3").connect();
  const slot = slotOf(ARRIVED);
  await target.cluster("SETSLOT", slot, "IMPORTING", await source.cluster("MYID"));
  await source.cluster("SETSLOT", slot, "MIGRATING", await target.cluster("MYID"));
  await source.migrate(host, port, ARRIVED, 0, 5_000);
}

export default lab({
  title: "MOVED, ASK and the client's slot map",
  question:
    "What does a client have to know to reach every key, also while a slot is on its way to another node?",
  services: { cluster: redisCluster.with({ replicas: [] }) },
  knobs: { keys: 600 },
  arms: {
    "one-node": giveUp,
    follower: follow,
    "moved-only": rememberAll,
    "slot-map": rememberMoved,
  },

  async trial(redirected, { cluster, knobs }) {
    const names = Array.from({ length: knobs.keys }, (_, number) => `user:${number}`);
    const all = [...names, ARRIVED, LEFT];
    const finished = await cluster.connect(); // one that follows by itself, and has the connections
    await Promise.all(all.map((name) => finished.set(name, "here")));
    const client = { redirected, table: new Map(), nodes: finished.nodes("master") };
    const readAll = async (keys: readonly string[]) => {
      const reads = await repeat(keys.length, (turn) => read(keys[turn]!, client));
      const missed = reads.filter(({ found }) => !found).length;
      return { missed, trips: mean(reads.map(({ trips }) => trips)) };
    };

    const cold = await readAll(all);
    const warm = await readAll(names);
    await moveHalf(cluster, cluster.nodes["master-3"]!);
    return { cold, warm, moving: await readAll([ARRIVED, LEFT]), table: client.table.size };
  },

  claims: {
    "Every key can be reached": {
      holds: (found) => found.cold.missed === 0,
      brokenBy: ["one-node"],
    },
    "Warmed up, a command takes one round trip": {
      holds: (found) => found.warm.trips === 1,
      brokenBy: ["follower"],
    },
    "Every key of a slot that is being moved can be reached": {
      holds: (found) => found.moving.missed === 0,
      brokenBy: ["one-node", "moved-only"],
    },
    "The client keeps no table of the cluster": {
      holds: (found) => found.table === 0,
      brokenBy: ["moved-only", "slot-map"],
    },
  },

  measures: {
    "keys that could not be reached": (found) => found.cold.missed + found.moving.missed,
    "round trips per command, warmed up": (found) => found.warm.trips,
    "round trips per command while the slot moves": (found) => found.moving.trips,
    "slots in the client's table": (found) => found.table,
  },
});
