// Redis Cluster: masters that share the 16,384 slots, with replicas. It takes two seconds to form,
// since a Redis master that starts in cluster mode serves nothing before (CLUSTER_WRITABLE_DELAY in
// its cluster.c).

import { lookup } from "node:dns/promises";
import type { Cluster as Client, ClusterOptions } from "ioredis";
import { type Address, type At, closing, numbered, type Place, service, until } from "#kit";
import { connectRedis, pingRedis, type Redis, type RedisFace, redisCli } from "./redis.ts";
import { contains, look, seenByName } from "./redis-cluster-view.ts";
import { openNode, redisConfig } from "./redis-replicated.ts";

/** An ioredis cluster client that `await using` closes. */
export type Cluster = Client & AsyncDisposable;

/** What a lab does with a Redis Cluster. */
export interface ClusterFace {
  /** The names of the nodes that began as masters: "master-1" and so on. */
  readonly masters: readonly string[];
  /** The names of the nodes that began as replicas: "replica-1" and so on. */
  readonly replicas: readonly string[];
  /** Opens an ioredis client for the whole cluster; resolves when it knows the slots. */
  connect(options?: ClusterOptions): Promise<Cluster>;
  /** One node by its name, for a client that does not know of clusters. */
  node(name: string): RedisFace;
  /** The name of the node that now owns a slot, as the named node sees it ("master-1" by default). */
  ownerOf(slot: number, seenBy?: string): Promise<string>;
}

interface Options {
  readonly masters: number;
  /** For each replica the number of the master that it follows at first. */
  readonly replicas: readonly number[];
  /** Nodes that know the others and own no slot. */
  readonly spares: number;
  /** How long a node must be silent for before others take it for dead: cluster-node-timeout. */
  readonly nodeTimeoutMs: number;
  /** Further directives of redis.conf, by name. */
  readonly config: Record<string, string>;
}

const SLOTS = 16_384;

export const redisCluster = service<Options, ClusterFace>({
  name: "redis-cluster",
  image: "redis:7.4.1",
  port: 6379,
  program: "redis-server",
  packages: { apt: "redis-server", dnf: "redis", brew: "redis" },
  version: { args: ["--version"], pattern: /v=(\d+\.\d+\.\d+)/, atLeast: "7.0.0" },
  options: { masters: 3, replicas: [1, 2, 3], spares: 0, nodeTimeoutMs: 800, config: {} },
  nodes: ({ masters, replicas, spares }) => [
    ...numbered("master", masters),
    ...numbered("replica", replicas.length),
    ...numbered("spare", spares),
  ],
  ports: () => ["bus"],
  command: (place) => ({
    args: ["redis.conf"],
    seeds: {
      "redis.conf": redisConfig(place, {
        "cluster-enabled": "yes",
        "cluster-port": String(place.ports.bus),
        "cluster-node-timeout": String(place.options.nodeTimeoutMs),
        ...place.options.config,
      }),
    },
  }),
  ready: pingRedis,
  healthy: redisCli,
  form,
  reset,
  open: openCluster,
});

/** Deals out the slots, introduces everybody to everybody, and gives each master its replicas. */
async function form(places: Readonly<Record<string, Place<Options>>>): Promise<void> {
  await using clients = await connectAll(places);
  const { options } = Object.values(places)[0]!;
  for (let index = 0; index < options.masters; index++) {
    const master = clients.of(`master-${index + 1}`);
    const [from, to] = slotsOf(index, options.masters);
    await master.call("CLUSTER", "ADDSLOTSRANGE", from, to);
    await master.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1); // else pairs of masters argue
  }
  await introduce(places, clients);
  for (const [replica, master] of following(options)) {
    const id = await clients.of(master).call("CLUSTER", "MYID");
    await clients.of(replica).call("CLUSTER", "REPLICATE", String(id));
  }
  await Promise.all(Object.keys(places).map((name) => settled(name, clients.of(name), options)));
}

async function connectAll(places: Readonly<Record<string, Address>>) {
  const opened = new AsyncDisposableStack();
  const clients = new Map<string, Redis>();
  for (const [name, place] of Object.entries(places)) {
    clients.set(name, opened.use(await connectRedis(place, { enableReadyCheck: false })));
  }
  return Object.assign(opened, { of: (name: string) => clients.get(name) as Redis });
}

type Clients = Awaited<ReturnType<typeof connectAll>>;

/** The first and the last slot of a master. */
function slotsOf(index: number, masters: number): [number, number] {
  const edge = (master: number) => Math.floor((master * SLOTS) / masters);
  return [edge(index), edge(index + 1) - 1];
}

/** Each replica's name, with that of its first master. */
function following({ replicas }: Options): [string, string][] {
  return replicas.map((master, index) => [`replica-${index + 1}`, `master-${master}`]);
}

/** Every node meets every other, since the word would take seconds to spread. */
async function introduce(
  places: Readonly<Record<string, Place<Options>>>,
  clients: Clients,
): Promise<void> {
  const all = Object.entries(places);
  for (const [name] of all) {
    for (const [other, { host, port, ports }] of all) {
      if (other === name) continue;
      const { address } = await lookup(host, 4); // CLUSTER MEET takes no names
      await clients.of(name).call("CLUSTER", "MEET", address, port, ports.bus!);
    }
  }
  const acquainted = all.map(([name]) =>
    until("the nodes to know each other", async () => {
      const seen = await look(clients.of(name));
      return seen.length === all.length && seen.every(({ well }) => well);
    }),
  );
  await Promise.all(acquainted);
}

/** Waits until a node serves, has its master's data, and knows of every replica. */
async function settled(name: string, client: Redis, options: Options): Promise<void> {
  await until(`${name} to find the cluster complete`, async () => {
    const state = String(await client.call("CLUSTER", "INFO"));
    const replication = await client.info("replication");
    const replicas = (await look(client)).filter(({ role }) => role === "slave");
    return (
      state.includes("cluster_state:ok") &&
      !replication.includes("master_link_status:down") &&
      replicas.length === options.replicas.length
    );
  });
  await client.config("RESETSTAT");
}

async function reset(at: At): Promise<void> {
  await using clients = await connectAll(at.nodes);
  if (!(await isAsFormed(at, clients))) return at.renew();
  const { masters, replicas } = at.options as unknown as Options;
  for (const [index, name] of numbered("master", masters).entries()) {
    await clients.of(name).flushall();
    const followers = replicas.filter((master) => master === index + 1).length;
    if (followers > 0) await clients.of(name).wait(followers, 1_000);
  }
}

/** True while every node has its first role, slots and configuration; zeroes their counters. */
async function isAsFormed(at: At, clients: Clients): Promise<boolean> {
  const options = at.options as unknown as Options;
  const by = await seenByName(at, clients.of("master-1"));
  for (const name of Object.keys(at.nodes)) {
    const changed = CHANGED.test(await clients.of(name).info("commandstats"));
    await clients.of(name).config("RESETSTAT");
    if (changed || !by.get(name)?.well) return false;
  }
  return (
    numbered("master", options.masters).every(
      (name, index) => by.get(name)?.slots.join() === slotsOf(index, options.masters).join("-"),
    ) &&
    following(options).every(([replica, master]) => by.get(replica)?.follows === by.get(master)?.id)
  );
}

/** In INFO commandstats: somebody has changed the node's configuration, or who it follows. */
const CHANGED = /^cmdstat_(config\|set|cluster\|(setslot|failover|replicate|reset|forget|meet)):/m;

function openCluster(at: At): ClusterFace {
  return {
    masters: Object.keys(at.nodes).filter((name) => name.startsWith("master-")),
    replicas: Object.keys(at.nodes).filter((name) => name.startsWith("replica-")),
    connect: async (options) => at.own(await connectCluster(at, options)),
    node: (name) => openNode(at, name),
    async ownerOf(slot, seenBy = "master-1") {
      await using client = await connectRedis(at.nodes[seenBy]!, { enableReadyCheck: false });
      for (const [name, { slots }] of await seenByName(at, client)) {
        if (slots.some((range) => contains(range, slot))) return name;
      }
      throw new Error(`${seenBy} knows no owner of slot ${slot}`);
    },
  };
}

/** Connects an ioredis cluster client to all nodes that live. */
async function connectCluster(at: At, options: ClusterOptions = {}): Promise<Cluster> {
  const { Cluster } = await import("ioredis");
  const nodes = Object.values(at.nodes).map(({ host, port }) => ({ host, port }));
  const client = new Cluster(nodes, { lazyConnect: true, ...options });
  client.on("error", () => {}); // a lab sees it as a rejected command
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return closing(client, () => client.disconnect());
}
