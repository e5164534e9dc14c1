// Redis, one primary and its replicas, which follow it asynchronously. Nobody promotes a replica
// when the primary dies: that is the lab's to do, or redis-sentinel's.

import { type At, numbered, type Place, service, until } from "#kit";
import { connectRedis, openRedis, pingRedis, type RedisFace, redisCli } from "./redis.ts";

/** What a lab does with a primary and its replicas. By itself it is the primary. */
export interface ReplicatedRedisFace extends RedisFace {
  /** The names of the replicas: "replica-1" and so on. */
  readonly replicas: readonly string[];
  /** One node by its name: "primary", "replica-1". */
  node(name: string): RedisFace;
}

interface Options {
  readonly replicas: number;
  /** Directives of redis.conf for every node, by name. */
  readonly config: Record<string, string>;
}

export const redisReplicated = service<Options, ReplicatedRedisFace>({
  name: "redis-replicated",
  image: "redis:7.4.1",
  port: 6379,
  protocol: "resp",
  program: "redis-server",
  packages: { apt: "redis-server", dnf: "redis", brew: "redis" },
  version: { args: ["--version"], pattern: /v=(\d+\.\d+\.\d+)/, atLeast: "7.0.0" },
  options: { replicas: 2, config: {} },
  nodes: ({ replicas }) => ["primary", ...numbered("replica", replicas)],
  command: (place) => ({
    args: ["redis.conf"],
    seeds: { "redis.conf": redisConfig(place, place.options.config) },
  }),
  ready: pingRedis,
  healthy: redisCli,
  form: follow,
  reset: renewUnlessAsFormed,
  open: openReplicated,
});

/**
 * A redis.conf for one node. It is a file, since the server writes it anew on CONFIG REWRITE: so
 * roles that changed survive a restart.
 */
export function redisConfig(
  { host, port }: Place<unknown>,
  config: Readonly<Record<string, string>>,
): string {
  const directives = {
    ...{ bind: host, port: String(port), daemonize: "no", save: '""', appendonly: "no" },
    "replica-announce-ip": host,
    "repl-diskless-sync-delay": "0", // else a primary waits five seconds for more replicas to come
    ...config,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** Has the replicas follow the primary, and waits until they have its data. */
export async function follow(places: Readonly<Record<string, Place<unknown>>>): Promise<void> {
  const { host, port } = places.primary as Place<unknown>;
  const replicas = Object.entries(places).filter(([name]) => name.startsWith("replica-"));
  const joined = replicas.map(async ([name, place]) => {
    await using client = await connectRedis(place);
    await client.replicaof(host, port);
    await client.config("REWRITE");
    await until(`${name} to follow`, async () => isUp(await client.info("replication")));
    await client.config("RESETSTAT");
  });
  await Promise.all(joined);
}

function isUp(replication: string): boolean {
  return /^master_link_status:up\r$/m.test(replication);
}

/** Empties the primary; starts everything anew when a trial has changed who follows whom. */
export async function renewUnlessAsFormed(at: At): Promise<void> {
  const nodes = Object.keys(at.nodes).filter((name) => !name.startsWith("sentinel-"));
  const asFormed = await Promise.all(nodes.map((name) => isAsFormed(at, name)));
  if (!asFormed.every(Boolean)) return at.renew();
  await using primary = await connectRedis(at.nodes.primary!);
  await primary.flushall();
  const replicas = nodes.length - 1;
  if (replicas > 0) await primary.wait(replicas, 1_000);
}

/** True while a node has its first role and configuration; zeroes its counters. */
async function isAsFormed(at: At, name: string): Promise<boolean> {
  await using client = await connectRedis(at.nodes[name]!);
  const info = await client.info("everything");
  await client.config("RESETSTAT");
  if (CHANGED.test(info)) return false;
  const { host, port } = at.nodes.primary!;
  return name === "primary"
    ? info.includes("role:master\r") && info.includes(`connected_slaves:${at.options.replicas}\r`)
    : isUp(info) && info.includes(`master_host:${host}\r\nmaster_port:${port}\r`);
}

/** In INFO commandstats: somebody has changed the node's configuration, or who it follows. */
const CHANGED = /^cmdstat_(config\|set|replicaof|slaveof|failover):/m;

function openReplicated(at: At): ReplicatedRedisFace {
  return {
    ...openRedis(at),
    replicas: Object.keys(at.nodes).filter((name) => name.startsWith("replica-")),
    node: (name) => openNode(at, name),
  };
}

/** The face of one node by its name. Throws when the service has no such node. */
export function openNode(at: At, name: string): RedisFace {
  return openRedis({ ...at, address: at.addressOf(name) });
}
