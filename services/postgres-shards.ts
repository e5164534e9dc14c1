// PostgreSQL, several servers that do not know of each other: the shards of one lab.

import { type At, numbered, service } from "#kit";
import { embeddedPostgres } from "./embedded-postgres.ts";
import {
  answersQuery,
  connectPostgres,
  EMPTY_CLUSTER,
  emptyDatabase,
  openPostgres,
  type PostgresFace,
  psql,
} from "./postgres.ts";
import { configOf, isPlain } from "./postgres-state.ts";

/** What a lab does with its shards. */
export interface ShardedPostgresFace {
  /** The shards' names: "shard-1" and so on. */
  readonly shards: readonly string[];
  /** One shard by its name. */
  shard(name: string): PostgresFace;
}

interface Options {
  readonly shards: number;
  /** Settings of postgresql.conf for every shard, by name. */
  readonly config: Record<string, string>;
}

export const postgresShards = service<Options, ShardedPostgresFace>({
  name: "postgres-shards",
  image: "postgres:18.0",
  port: 5432,
  protocol: "postgres",
  program: "postgres",
  packages: { apt: "postgresql", dnf: "postgresql-server", brew: "postgresql@18" },
  version: { args: ["--version"], pattern: /(\d+\.\d+)/, atLeast: "14.0" },
  embedded: embeddedPostgres,
  options: { shards: 3, config: {} },
  nodes: ({ shards }) => numbered("shard", shards),
  unprivileged: true,
  prepare: () => EMPTY_CLUSTER,
  command: ({ bind, port, folder, options }) => ({
    args: ["-D", folder, "-h", bind, "-p", String(port), "-k", ""],
    files: configOf(options.config),
  }),
  ready: answersQuery,
  healthy: psql,
  stopSignal: "SIGQUIT",
  reset,
  open: (at) => ({
    shards: Object.keys(at.nodes),
    shard: (name) => openPostgres({ ...at, address: at.addressOf(name) }),
  }),
});

/** Empties every shard; starts them anew when a trial has changed more than data. */
async function reset(at: At): Promise<void> {
  const shards = Object.values(at.nodes);
  const plain = await Promise.all(
    shards.map(async (address) => {
      await using client = await connectPostgres(address);
      return await isPlain(client);
    }),
  );
  if (!plain.every(Boolean)) return at.renew();
  await Promise.all(shards.map((address) => emptyDatabase({ ...at, address })));
}
