// PostgreSQL, one primary and standbys that stream its log. A standby begins as a copy of the same
// empty data folder, so no base backup has to be taken. Nobody promotes a standby when the primary
// dies: that is the lab's to do (SELECT pg_promote()).

import { type At, nodeOf, numbered, type Place, service, until } from "#kit";
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

/** What a lab does with a primary and its standbys. By itself it is the primary. */
export interface ReplicatedPostgresFace extends PostgresFace {
  /** The names of the standbys: "standby-1" and so on; also their application_name. */
  readonly standbys: readonly string[];
  /** One node by its name: "primary", "standby-1". */
  node(name: string): PostgresFace;
  /** Waits until a standby, or every one, has replayed all that the primary has written until now. */
  caughtUp(standby?: string): Promise<void>;
}

interface Options {
  readonly standbys: number;
  /** Whom a commit waits for: synchronous_standby_names, such as '"standby-1"' or 'ANY 1 (*)'. */
  readonly synchronous: string;
  /** Settings of postgresql.conf for every node, by name. */
  readonly config: Record<string, string>;
}

export const postgresReplicated = service<Options, ReplicatedPostgresFace>({
  name: "postgres-replicated",
  image: "postgres:18.0",
  port: 5432,
  protocol: "postgres",
  program: "postgres",
  packages: { apt: "postgresql", dnf: "postgresql-server", brew: "postgresql@18" },
  version: { args: ["--version"], pattern: /(\d+\.\d+)/, atLeast: "14.0" },
  embedded: embeddedPostgres,
  options: { standbys: 2, synchronous: "", config: {} },
  nodes: ({ standbys }) => ["primary", ...numbered("standby", standbys)],
  unprivileged: true,
  prepare: () => EMPTY_CLUSTER,
  command: (place) => ({
    args: ["-D", place.folder, "-h", place.bind, "-p", String(place.port), "-k", ""],
    files: configOf(settingsOf(place)),
    // The server removes it when it is promoted, and must not find it again after that.
    seeds: place.node === "primary" ? undefined : { "standby.signal": "" },
  }),
  ready: answersQuery,
  healthy: psql,
  form,
  stopSignal: "SIGQUIT",
  reset,
  open: openReplicated,
});

function settingsOf({ node, peers, options }: Place<Options>): Record<string, string> {
  const { host, port } = peers.primary!;
  return {
    primary_conninfo: `host=${host} port=${port} user=postgres application_name=${node}`,
    synchronous_standby_names: options.synchronous,
    wal_retrieve_retry_interval: "100ms", // the primary may come after its standbys
    wal_receiver_status_interval: "1s",
    ...options.config,
  };
}

async function form(places: Readonly<Record<string, Place<Options>>>): Promise<void> {
  const { standbys } = places.primary!.options;
  await using primary = await connectPostgres(places.primary!);
  await until("the standbys to stream", async () => {
    const { rowCount } = await primary.query(
      "SELECT FROM pg_stat_replication WHERE state = 'streaming'",
    );
    return rowCount === standbys;
  });
}

/** Empties the primary; starts everything anew when a trial has changed more than data. */
async function reset(at: At): Promise<void> {
  const asFormed = await Promise.all(Object.keys(at.nodes).map((name) => isAsFormed(at, name)));
  if (!asFormed.every(Boolean)) return at.renew();
  await emptyDatabase(at);
  await caughtUp(at, standbysOf(at));
}

/** True while a node has its first role, and nothing but data has been added to it. */
async function isAsFormed(at: At, name: string): Promise<boolean> {
  await using client = await connectPostgres(at.nodes[name]!);
  if (!(await isPlain(client))) return false;
  const { rows } = await client.query(
    `SELECT pg_is_in_recovery() AS following,
            (SELECT sender_host || ':' || sender_port FROM pg_stat_wal_receiver
              WHERE status = 'streaming' AND NOT pg_is_wal_replay_paused()) AS sender`,
  );
  const { host, port } = at.nodes.primary!;
  const [{ following, sender }] = rows;
  return name === "primary" ? !following : following && sender === `${host}:${port}`;
}

function openReplicated(at: At): ReplicatedPostgresFace {
  const standbys = standbysOf(at);
  return {
    ...openPostgres(at),
    standbys,
    node: (name) => openPostgres({ ...at, address: at.addressOf(name) }),
    caughtUp: (standby) => caughtUp(at, standby ? [standby] : standbys),
  };
}

function standbysOf(at: At): string[] {
  return Object.keys(at.nodes).filter((name) => name !== "primary");
}

/** Waits until standbys have replayed what the primary has written until now. */
async function caughtUp(at: At, standbys: readonly string[]): Promise<void> {
  await using primary = await connectPostgres(at.nodes.primary!);
  const { rows } = await primary.query("SELECT pg_current_wal_insert_lsn() AS written");
  const reached = standbys.map(async (name) => {
    await using standby = await connectPostgres(nodeOf(at, name));
    await until(`${name} to catch up`, async () => {
      const answer = await standby.query("SELECT pg_last_wal_replay_lsn() >= $1 AS reached", [
        rows[0].written,
      ]);
      return answer.rows[0].reached;
    });
  });
  await Promise.all(reached);
}
