// PgBouncer. The lab names databases and settings at the trial, when its PostgreSQL has an address.

import type { Pool, PoolConfig } from "pg";
import { type Address, type At, closing, type Place, service } from "#kit";
import { connectPostgres, type Postgres } from "./postgres.ts";

/** A PostgreSQL behind PgBouncer: an address, and the name of the database there ("postgres"). */
export interface Upstream extends Address {
  readonly database?: string;
}

/** What a lab does with PgBouncer. */
export interface PgbouncerFace {
  /** postgres://..., for the database of a name that the configuration has. */
  url(database: string): string;
  /**
   * Starts it anew with these databases, by the names that clients connect to, and with settings
   * such as { pool_mode: "transaction" }. Rejects with its last words when it does not start.
   */
  configure(
    databases: Readonly<Record<string, Upstream>>,
    settings?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Opens a connection to a database of the configuration. */
  connect(database: string): Promise<Postgres>;
  /** Opens a pool of connections to a database of the configuration. */
  pool(database: string, options?: PoolConfig): Promise<Pool & AsyncDisposable>;
  /** Gives a command to the admin console, such as "SHOW POOLS", and returns its rows. */
  tell(command: string): Promise<Record<string, unknown>[]>;
}

export const pgbouncer = service<object, PgbouncerFace>({
  name: "pgbouncer",
  image: "edoburu/pgbouncer:v1.24.1-p1",
  notFromImage: "nobody publishes an official image of it",
  port: 5432,
  program: "pgbouncer",
  packages: { apt: "pgbouncer", dnf: "pgbouncer", brew: "pgbouncer" },
  version: { args: ["--version"], pattern: /PgBouncer (\d+\.\d+\.\d+)/, atLeast: "1.18.0" },
  options: {},
  unprivileged: true,
  command: (place) => ({
    args: ["pgbouncer.ini"],
    files: {
      "pgbouncer.ini": mainConfig(place),
      "users.txt": '"postgres" ""\n',
      ...{ "databases.ini": "", "settings.ini": "" },
    },
  }),
  ready: async (place) => {
    await using console = await connectPostgres(place, { database: "pgbouncer" });
    await console.query("SHOW VERSION");
  },
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: openPgbouncer,
});

function mainConfig({ bind, port }: Place<object>): string {
  return `
[databases]
%include databases.ini
[pgbouncer]
listen_addr = ${bind}
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = users.txt
admin_users = postgres
%include settings.ini
`;
}

function openPgbouncer(at: At): PgbouncerFace {
  const { host, port } = at.address;
  return {
    url: (database) => `postgres://postgres@${host}:${port}/${database}`,
    configure(databases, settings = {}) {
      const files = {
        "databases.ini": lines(databases, upstream),
        "settings.ini": lines(settings, String),
      };
      return at.configure(files, "restart");
    },
    connect: async (database) => at.own(await connectPostgres(at.address, { database })),
    async pool(database, options) {
      const { default: pg } = await import("pg");
      const pool = new pg.Pool({ host, port, user: "postgres", database, ...options });
      pool.on("error", () => {}); // an idle client that lost its server; the next query says so
      return at.own(closing(pool, () => pool.end()));
    },
    async tell(command) {
      await using console = await connectPostgres(at.address, { database: "pgbouncer" });
      return (await console.query(command)).rows;
    },
  };
}

function upstream({ host, port, database = "postgres" }: Upstream): string {
  return `host=${host} port=${port} dbname=${database}`;
}

function lines<Value>(
  entries: Readonly<Record<string, Value>>,
  textOf: (value: Value) => string,
): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name} = ${textOf(value)}\n`)
    .join("");
}
