// PostgreSQL. Labs share one server, and each gets a database of its own in it; a lab that kills
// the server or sets its own configuration gets a server of its own.

import type { Client, ClientConfig, Pool, PoolConfig } from "pg";
import { type Address, type At, closing, type Preparation, service } from "#kit";
import { embeddedPostgres } from "./embedded-postgres.ts";

/** A pg client that `await using` closes. */
export type Postgres = Client & AsyncDisposable;

/** What a lab does with a PostgreSQL server. */
export interface PostgresFace {
  /** postgres://..., for a client of the lab's own choice. */
  readonly url: string;
  /** Opens a connection of its own. */
  connect(options?: ClientConfig): Promise<Postgres>;
  /** Opens a pool of connections. */
  pool(options?: PoolConfig): Promise<Pool & AsyncDisposable>;
}

export const postgres = service({
  name: "postgres",
  image: "postgres:18.0",
  port: 5432,
  protocol: "postgres",
  program: "postgres",
  packages: { apt: "postgresql", dnf: "postgresql-server", brew: "postgresql@18" },
  version: { args: ["--version"], pattern: /(\d+\.\d+)/, atLeast: "14.0" },
  embedded: embeddedPostgres,
  // Settings of postgresql.conf, by name.
  options: { config: {} as Record<string, string> },
  unprivileged: true,
  prepare: () => EMPTY_CLUSTER,
  command: ({ host, port, folder, options }) => ({
    args: [
      ...["-D", folder, "-h", host, "-p", String(port), "-k", ""],
      ...Object.entries({ ...QUICK, ...options.config }).flatMap(([name, value]) => [
        "-c",
        `${name}=${value}`,
      ]),
    ],
  }),
  ready: answersQuery,
  healthy: psql,
  stopSignal: "SIGQUIT",
  tenants: {
    open: (address, name) =>
      administer(address, `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`),
    close: (address, name) => administer(address, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  },
  reset: emptyDatabase,
  open: openPostgres,
});

/** A data folder as initdb makes it, whose superuser postgres needs no password. */
export const EMPTY_CLUSTER: Preparation = {
  key: "data",
  commands: (folder) => [
    ["initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
  ],
};

/**
 * Nothing a lab keeps outlives its run, so the server need not wait for the disk. And what it shares
 * between its processes lies in its own folder: in the system's shared memory a server that is
 * killed would leave a megabyte for ever.
 */
export const QUICK = {
  ...{ fsync: "off", full_page_writes: "off", max_connections: "200" },
  dynamic_shared_memory_type: "mmap",
};

/** Builds the face of one PostgreSQL server; shared with the services that run several. */
export function openPostgres(at: At): PostgresFace {
  const { host, port } = at.address;
  const database = at.tenant || "postgres";
  return {
    url: `postgres://postgres@${host}:${port}/${database}`,
    connect: async (options) => at.own(await connectPostgres(at.address, { database, ...options })),
    async pool(options) {
      const { default: pg } = await import("pg");
      const pool = new pg.Pool({ host, port, user: "postgres", database, ...options });
      pool.on("error", () => {}); // an idle client that lost its server; the next query says so
      return at.own(closing(pool, () => pool.end()));
    },
  };
}

/** Connects a pg client as the superuser. */
export async function connectPostgres(
  { host, port }: Address,
  options: ClientConfig = {},
): Promise<Postgres> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ host, port, user: "postgres", database: "postgres", ...options });
  client.on("error", () => {}); // a lost server shows in the query that is under way
  await client.connect();
  return closing(client, () => client.end());
}

/** Resolves when a server answers a query. */
export async function answersQuery(address: Address): Promise<void> {
  await using client = await connectPostgres(address);
  await client.query("SELECT 1");
}

/** The same question by the tool that comes with the server. */
export function psql({ host, port }: Address): string[] {
  return ["psql", "-h", host, "-p", String(port), "-U", "postgres", "-c", "SELECT 1"];
}

async function administer(address: Address, statement: string): Promise<void> {
  await using client = await connectPostgres(address);
  await client.query(statement);
}

/** Empties the database: what a trial left must not help or hurt the next. */
export async function emptyDatabase(at: At): Promise<void> {
  await using client = await connectPostgres(at.address, { database: at.tenant || "postgres" });
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(nspname) AS name FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`,
  );
  for (const { name } of rows) await client.query(`DROP SCHEMA ${name} CASCADE`);
  await client.query("CREATE SCHEMA public");
}
