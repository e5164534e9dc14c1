// One of three masters is killed. The keys in its slots are gone until a replica takes over, which
// the nodes settle among themselves: silence for the node timeout, a vote, a new owner. What becomes
// of all other keys meanwhile is a setting: by default one slot without an owner closes every slot.

import { lab, repeat, sum, until } from "#kit";
import type { Redis } from "#services/redis";
import { type ClusterFace, redisCluster } from "#services/redis-cluster";

const PARTIAL = {
  "cluster-require-full-coverage": "no", // matters: The other masters' keys can be written throughout
};

// Names whose slots belong to the first and to the second master.
const ON_THE_FIRST = "alice";
const ON_THE_SECOND = "bob";

/** Connects to every node, the first master first, and sets it. */
async function setUp(cluster: ClusterFace, settings: Record<string, string>): Promise<Redis[]> {
  const clients = [...cluster.masters, ...cluster.replicas].map(async (name) => {
    const client = await cluster.node(name).connect();
    for (const setting of Object.entries(settings)) await client.config("SET", ...setting);
    return client;
  });
  return Promise.all(clients);
}

/** Writes keys, and returns how many are in the memory of all nodes together. */
async function keysHeld(cluster: ClusterFace, nodes: readonly Redis[], keys: number) {
  await using client = await cluster.connect();
  await repeat(keys, (key) => client.set(`user:${key}`, "here"));
  const replicas = cluster.replicas.length / cluster.masters.length;
  await Promise.all(client.nodes("master").map((master) => master.wait(replicas, 5_000)));
  return sum(await Promise.all(nodes.map((node) => node.dbsize())));
}

/** True when one of the nodes takes the write. The others answer MOVED, or CLUSTERDOWN. */
async function isWritten(key: string, nodes: readonly Redis[]): Promise<boolean> {
  const written = await Promise.allSettled(nodes.map((node) => node.set(key, "new")));
  return written.some(({ status }) => status === "fulfilled");
}

/** True when all survivors have given a master up, and none of them could replace it. */
async function isBeyondHelp(id: string, survivors: readonly Redis[]): Promise<boolean> {
  const opinions = survivors.map(async (node) => {
    const replicas = (await node.call("CLUSTER", "REPLICAS", id)) as string[];
    const info = String(await node.call("CLUSTER", "INFO"));
    return replicas.length === 0 && !info.includes("cluster_slots_fail:0\r");
  });
  return (await Promise.all(opinions)).every(Boolean);
}

export default lab({
  title: "A six-node cluster loses a master",
  question:
    "What stops working when one master is killed, for how long, and do the replicas help the keys that were not even on it?",
  services: { three: redisCluster.with({ replicas: [] }), six: redisCluster },
  knobs: { nodeTimeoutMs: { value: 400, from: 200, to: 2_000 }, keys: 60 },
  arms: {
    "masters-only": { nodes: "three", settings: {} },
    "six-nodes": { nodes: "six", settings: {} },
    "six-nodes-partial": { nodes: "six", settings: PARTIAL },
  } as const,

  async trial({ nodes, settings }, { knobs: { nodeTimeoutMs, keys }, ...services }) {
    const cluster = services[nodes];
    const timeout = { "cluster-node-timeout": String(nodeTimeoutMs) };
    const everybody = await setUp(cluster, { ...timeout, ...settings });
    const held = await keysHeld(cluster, everybody, keys);
    const [dying, ...survivors] = everybody;
    const id = String(await dying!.call("CLUSTER", "MYID"));

    await cluster.kill("master-1");
    const killed = performance.now();
    let refusedElsewhere = 0;
    const watch = async () => {
      const writable = await isWritten(ON_THE_FIRST, survivors);
      const over = writable ? "written" : (await isBeyondHelp(id, survivors)) && "beyond help";
      if (!(await isWritten(ON_THE_SECOND, survivors))) refusedElsewhere += 1;
      return over;
    };
    const patience = { everyMs: 5, withinMs: 15_000 };
    const end = await until("the dead master's keys to be writable, or lost", watch, patience);
    const nodeTimeouts = (performance.now() - killed) / nodeTimeoutMs;
    return { writtenAgain: end === "written", refusedElsewhere, nodeTimeouts, copies: held / keys };
  },

  claims: {
    "The dead master's keys can be written again without anyone's help": {
      holds: (found) => found.writtenAgain,
      brokenBy: ["masters-only"],
    },
    "The other masters' keys can be written throughout": {
      holds: (found) => found.refusedElsewhere === 0,
      brokenBy: ["masters-only", "six-nodes"],
    },
    "Every key is held in memory once": {
      holds: (found) => found.copies === 1,
      brokenBy: ["six-nodes", "six-nodes-partial"],
    },
  },

  measures: {
    "time without writes on the dead shard": {
      unit: "node timeouts",
      of: (found) => found.nodeTimeouts,
    },
    "refused writes on the other shards": (found) => found.refusedElsewhere,
    "copies of each key": (found) => found.copies,
  },
});
