// Redis with Sentinel: a primary, its replicas, and sentinels that agree on a primary's death and
// promote a replica. Sentinels find each other through the primary, where each speaks every two
// seconds; while the service forms they speak more often, so that a trial can begin at once.

import type { RedisOptions } from "ioredis";
import { type Address, type At, type Files, numbered, type Place, service, until } from "#kit";
import { connectRedis, pingRedis, type Redis, type RedisFace, redisCli } from "./redis.ts";
import { follow, openNode, redisConfig, renewUnlessAsFormed } from "./redis-replicated.ts";

/** What a lab does with Redis under Sentinel. */
export interface SentinelFace {
  /** The name that the sentinels know the primary by. */
  readonly group: string;
  /** Where the sentinels are, for a client of the lab's own choice. */
  readonly sentinels: readonly Address[];
  /** Opens an ioredis client that asks the sentinels who the primary is. */
  connect(options?: RedisOptions): Promise<Redis>;
  /** The name of the node that the sentinels take for the primary, by majority. */
  primary(): Promise<string>;
  /** One node by its name: "primary" and "replica-1" as they were at first, "sentinel-1". */
  node(name: string): RedisFace;
}

interface Options {
  readonly replicas: number;
  readonly sentinels: number;
  /** How many sentinels must agree that the primary is down. */
  readonly quorum: number;
  /** How long the primary must be silent for. */
  readonly downAfterMs: number;
  /** How long a failover may take before another one is tried. */
  readonly failoverMs: number;
  /** Directives of redis.conf for the primary and the replicas, by name. */
  readonly config: Record<string, string>;
}

const GROUP = "pareto";

export const redisSentinel = service<Options, SentinelFace>({
  name: "redis-sentinel",
  image: "redis:7.4.1",
  port: 6379,
  program: "redis-server",
  packages: { apt: "redis-server", dnf: "redis", brew: "redis" },
  version: { args: ["--version"], pattern: /v=(\d+\.\d+\.\d+)/, atLeast: "7.0.0" },
  options: {
    ...{ replicas: 2, sentinels: 3, quorum: 2 },
    ...{ downAfterMs: 500, failoverMs: 5_000, config: {} },
  },
  nodes: ({ replicas, sentinels }) => [
    "primary",
    ...numbered("replica", replicas),
    ...numbered("sentinel", sentinels),
  ],
  command: (place) => ({
    args: isSentinel(place.node) ? ["sentinel.conf", "--sentinel"] : ["redis.conf"],
    seeds: seedsOf(place),
  }),
  ready: pingRedis,
  healthy: redisCli,
  form,
  reset,
  open: openSentinel,
});

function isSentinel(node: string): boolean {
  return node.startsWith("sentinel-");
}

function seedsOf(place: Place<Options>): Files {
  const { node, host, port, options } = place;
  if (!isSentinel(node)) return { "redis.conf": redisConfig(place, options.config) };
  const hostnames = "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes";
  return { "sentinel.conf": `bind ${host}\nport ${port}\ndaemonize no\n${hostnames}\n` };
}

async function form(places: Readonly<Record<string, Place<Options>>>): Promise<void> {
  await follow(places);
  const primary = places.primary!;
  const sentinels = Object.entries(places).filter(([name]) => isSentinel(name));
  await Promise.all(sentinels.map(([, sentinel]) => watch(sentinel, primary)));
}

/** Has a sentinel watch the primary, and waits until it sees all replicas and its fellows. */
async function watch(sentinel: Place<Options>, primary: Address): Promise<void> {
  const { replicas, sentinels, quorum, downAfterMs, failoverMs } = sentinel.options;
  await using client = await connectRedis(sentinel, { enableReadyCheck: false });
  const tell = (...words: (string | number)[]) => client.call("SENTINEL", ...words);
  await tell(...periods({ info: 50, publish: 50, ping: 50 }));
  await tell("MONITOR", GROUP, primary.host, primary.port, quorum);
  await tell("SET", GROUP, "down-after-milliseconds", downAfterMs, "failover-timeout", failoverMs);
  await until("a sentinel to see everybody", async () => {
    const seen = ((await tell("REPLICAS", GROUP)) as unknown[]).map(fields);
    const fellows = ((await tell("SENTINELS", GROUP)) as unknown[]).map(fields);
    return (
      seen.filter(isFollowing).length === replicas &&
      fellows.filter(({ flags }) => flags === "sentinel").length === sentinels - 1
    );
  });
  await tell(...periods({ info: 10_000, publish: 2_000, ping: 1_000 })); // what Redis has by default
}

/** The command that sets how often a sentinel looks, speaks and pings, in milliseconds. */
function periods(to: { info: number; publish: number; ping: number }): (string | number)[] {
  return ["DEBUG", ...Object.entries(to).flatMap(([name, ms]) => [`${name}-period`, ms])];
}

/** One entry of SENTINEL REPLICAS: pairs of a field and its value, or a map since RESP3. */
function fields(entry: unknown): Record<string, string> {
  if (!Array.isArray(entry)) return entry as Record<string, string>;
  return Object.fromEntries(
    Array.from({ length: entry.length / 2 }, (_, pair) => [entry[2 * pair], entry[2 * pair + 1]]),
  );
}

function isFollowing(replica: Record<string, string>): boolean {
  return replica.flags === "slave" && replica["master-link-status"] === "ok";
}

/** Whom a sentinel takes for the primary, as host:port. Throws when it does not answer in time. */
async function primaryOf(sentinel: Address): Promise<string> {
  const patience = { commandTimeout: 1_000, retryStrategy: () => null };
  await using client = await connectRedis(sentinel, { enableReadyCheck: false, ...patience });
  const [host, port] = (await client.call(
    "SENTINEL",
    "GET-MASTER-ADDR-BY-NAME",
    GROUP,
  )) as string[];
  return `${host}:${port}`;
}

async function reset(at: At): Promise<void> {
  const primary = await openSentinel(at).primary();
  if (primary !== "primary") return at.renew();
  await renewUnlessAsFormed(at);
}

function openSentinel(at: At): SentinelFace {
  const sentinels = Object.entries(at.nodes).flatMap(([name, { host, port }]) =>
    isSentinel(name) ? { host, port } : [],
  );
  return {
    group: GROUP,
    sentinels,
    connect: async (options = {}) =>
      at.own(
        await connectRedis(at.address, { sentinels: [...sentinels], name: GROUP, ...options }),
      ),
    async primary() {
      const asked = await Promise.allSettled(sentinels.map(primaryOf));
      const votes = asked.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      const [name] =
        Object.entries(at.nodes).find(([, { host, port }]) => {
          const agreeing = votes.filter((vote) => vote === `${host}:${port}`);
          return agreeing.length * 2 > sentinels.length;
        }) ?? [];
      if (!name) throw new Error(`most sentinels name no primary; they say: ${votes.join(", ")}`);
      return name;
    },
    node: (name) => openNode(at, name),
  };
}
