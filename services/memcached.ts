// Memcached: one server or several that do not know of each other, as its clients expect it.

import { type Address, nodeOf, numbered, service } from "#kit";
import { exchange } from "./tcp.ts";

/** What a lab does with Memcached. Where no node is named, the first is meant. */
export interface MemcachedFace {
  /** host:port of every server, in order, for a client of the lab's own choice. */
  readonly servers: readonly string[];
  /** A server's own counters and settings, by the names of its `stats`, such as evictions. */
  stats(node?: string): Promise<Record<string, string>>;
}

interface Options {
  /** How many servers: "memcached-1" and so on. */
  readonly nodes: number;
  /** How much each may keep. */
  readonly megabytes: number;
  /** Further arguments, such as ["-o", "no_lru_crawler"]. */
  readonly args: readonly string[];
}

export const memcached = service<Options, MemcachedFace>({
  name: "memcached",
  image: "memcached:1.6.39",
  port: 11211,
  program: "memcached",
  packages: { apt: "memcached", dnf: "memcached", brew: "memcached" },
  version: { args: ["--version"], pattern: /memcached (\d+\.\d+\.\d+)/, atLeast: "1.6.0" },
  options: { nodes: 1, megabytes: 64, args: [] },
  nodes: ({ nodes }) => (nodes === 1 ? ["memcached"] : numbered("memcached", nodes)),
  unprivileged: true,
  command: ({ bind, port, options }) => ({
    args: [
      ...["-l", bind, "-p", String(port), "-U", "0", "-m", String(options.megabytes)],
      ...options.args,
    ],
  }),
  ready: async (place) => {
    const answer = await exchange(place, "version\r\n");
    if (!answer.toString().startsWith("VERSION ")) throw new Error(answer.toString());
  },
  // Flushing would leave the memory divided among sizes as the last trial needed it.
  reset: (at) => at.renew(),
  open: (at) => ({
    servers: Object.values(at.nodes).map(({ host, port }) => `${host}:${port}`),
    stats: (node) => statsOf(nodeOf(at, node)),
  }),
});

async function statsOf(server: Address): Promise<Record<string, string>> {
  const isComplete = (answer: Buffer) => answer.includes("END\r\n");
  const answer = await exchange(server, "stats\r\n", { isComplete });
  const lines = [...answer.toString().matchAll(/^STAT (\S+) (.*)\r$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}
