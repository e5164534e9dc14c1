// A cluster spreads keys, and with them the work. What everybody wants of one key is asked of the node
// that owns it, however many others there are. Its replicas can answer reads, but they are late and
// take no writes. What the masters can share is a counter under several names.

import { lab, repeat, sum, until } from "#kit";
import { workOn } from "#patterns/redis-cost";
import type { Redis } from "#services/redis";
import { type Cluster, type ClusterFace, redisCluster } from "#services/redis-cluster";

const LIKES = "likes:3"; // its first part is in a slot of the first master

/** How an arm keeps the counter, and whom it asks for it. */
interface Arm {
  /** How many parts the counter has; one by default. */
  readonly parts?: (knob: number) => number;
  /** Which of a slot's nodes answers a read; the first is the master. */
  readonly scaleReads?: "master" | ((nodes: readonly Redis[]) => Redis);
}

const single: Arm = {};

const replicas: Arm = { scaleReads: inTurn() };

const split: Arm = {
  parts: (knob) => knob, // matters: No node answers more than half of the reads; No node takes more than half of the writes
};

/** Takes the items of each list that it is given in turn. */
function inTurn() {
  let turn = 0;
  return <Item>(items: readonly Item[]) => items[turn++ % items.length]!;
}

/** Connects a client that knows the replicas. The nodes leave them out until they have data. */
async function connect(cluster: ClusterFace, scaleReads: Arm["scaleReads"]): Promise<Cluster> {
  await using first = await cluster.connect();
  await first.set(`${LIKES}:0`, 0);
  const look = async () => {
    const client = await cluster.connect({ scaleReads });
    return client.nodes("slave").length === cluster.replicas.length && client;
  };
  return until("the replicas to be known", look, { everyMs: 50 });
}

/** How often a command was run by some nodes together, and the share of the busiest one. */
async function loadOf({ node }: ClusterFace, names: readonly string[], command: string) {
  const work = await Promise.all(names.map((name) => workOn(node(name), command)));
  const calls = work.map((one) => one.calls);
  return { all: sum(calls), share: Math.max(...calls) / sum(calls) };
}

/** Has the replicas answer reads and take nothing from their master, until they are told to go on. */
async function holdBack({ node, replicas }: ClusterFace) {
  const clients = await Promise.all(replicas.map((name) => node(name).connect()));
  await Promise.all(clients.map((client) => client.client("PAUSE", 60_000, "WRITE")));
  return () => Promise.all(clients.map((client) => client.client("UNPAUSE")));
}

export default lab({
  title: "A hot key does not scale out",
  question:
    "One post goes viral and a single master melts - what helps when adding nodes does not?",
  services: { cluster: redisCluster.with({ replicas: [1, 1] }) },
  knobs: { operations: 500, parts: 16 },
  arms: { single, replicas, split },

  async trial({ parts = () => 1, scaleReads = "master" }, { cluster, knobs }) {
    const client = await connect(cluster, scaleReads);
    const keys = Array.from({ length: parts(knobs.parts) }, (_, part) => `${LIKES}:${part}`);
    const next = inTurn();
    const like = () => client.incr(next(keys));
    const likes = async () => {
      const counts = await Promise.all(keys.map((key) => client.get(key)));
      return sum(counts.map(Number));
    };

    await Promise.all(Array.from({ length: knobs.operations }, () => like().then(likes)));
    const reads = await loadOf(cluster, [...cluster.masters, ...cluster.replicas], "get");
    const writes = await loadOf(cluster, cluster.masters, "incr");

    const goOn = await holdBack(cluster);
    await like();
    const seen = await repeat(1 + cluster.replicas.length, likes);
    await goOn();
    return {
      reads: reads.share,
      writes: writes.share,
      commandsPerRead: reads.all / knobs.operations,
      stale: seen.filter((count) => count <= knobs.operations).length,
    };
  },

  claims: {
    "No node answers more than half of the reads": {
      holds: (found) => found.reads <= 0.5,
      brokenBy: ["single"],
    },
    "No node takes more than half of the writes": {
      holds: (found) => found.writes <= 0.5,
      brokenBy: ["single", "replicas"],
    },
    "A read is one command": { holds: (found) => found.commandsPerRead === 1, brokenBy: ["split"] },
    "A read sees every write acknowledged before it": {
      holds: (found) => found.stale === 0,
      brokenBy: ["replicas"],
    },
  },

  measures: {
    "share of reads on the busiest node": (found) => found.reads,
    "share of writes on the busiest master": (found) => found.writes,
    "commands per read": (found) => found.commandsPerRead,
    "stale reads": (found) => found.stale,
  },
});
