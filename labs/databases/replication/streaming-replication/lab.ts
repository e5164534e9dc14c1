// A replica lives on what the primary writes down about its changes. The finished files of that log can
// be copied, the log can be streamed as it is written, or it can be read and sent as rows. The first two
// make the same server again, to the byte; the last makes another one, and knows nothing of DDL.

import { type Bench, lab, repeat, until } from "#kit";
import { setLive } from "#patterns/live-setting";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";
import { postgresShards } from "#services/postgres-shards";

const services = {
  physical: postgresReplicated.with({
    standbys: 1,
    config: { archive_mode: "on", archive_command: "mkdir -p archive && cp %p archive/%f" },
  }),
  logical: postgresShards.with({ shards: 2, config: { wal_level: "logical" } }),
};

/** A primary and its replica. */
interface Pair {
  readonly primary: Postgres;
  readonly replica: Postgres;
  kill(): Promise<void>;
  /** True when nothing more can come to the replica before the primary writes more. */
  isExhausted(): Promise<boolean>;
}

type Replicate = (servers: Bench<typeof services, object>) => Promise<Pair>;

const TABLES = `
  CREATE TABLE payment (id int PRIMARY KEY, amount int);
  CREATE TABLE customer (id int PRIMARY KEY)`;

const walShipping: Replicate = async ({ physical }) => {
  const primary = await physical.connect();
  const replica = await physical.node("standby-1").connect();
  await primary.query(TABLES);
  await physical.caughtUp();
  const { rows } = await primary.query("SHOW data_directory");
  await setLive(replica, "restore_command", `cp ${rows[0].data_directory}/archive/%f %p`);
  await setLive(replica, "primary_conninfo", "");
  const unshipped = "SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'";
  const isExhausted = async () => {
    const source = await replica.query("SHOW primary_conninfo");
    return (
      source.rows[0].primary_conninfo === "" && (await primary.query(unshipped)).rowCount === 0
    );
  };
  return { primary, replica, kill: () => physical.kill("primary"), isExhausted };
};

const streaming: Replicate = async (servers) => {
  const pair = await walShipping(servers);
  const { host, port } = servers.physical.address;
  await setLive(pair.replica, "primary_conninfo", `host=${host} port=${port} user=postgres`); // matters: A row committed well before the primary is killed is on the replica
  return pair;
};

const logical: Replicate = async ({ logical }) => {
  const primary = await logical.shard("shard-1").connect();
  const replica = await logical.shard("shard-2").connect();
  const { host, port } = logical.nodes["shard-1"]!;
  for (const server of [primary, replica]) await server.query(TABLES);
  for (const table of ["payment", "customer"]) {
    await primary.query(`CREATE PUBLICATION ${table} FOR TABLE ${table}`);
    await replica.query(
      `CREATE SUBSCRIPTION ${table} CONNECTION 'host=${host} port=${port} user=postgres'
        PUBLICATION ${table}`,
    );
  }
  const synchronized = "SELECT FROM pg_subscription_rel WHERE srsubstate = 'r'";
  await until(
    "the tables to be copied",
    async () => (await replica.query(synchronized)).rowCount === 2,
  );
  return { primary, replica, kill: () => logical.kill("shard-1"), isExhausted: async () => false };
};

/** Makes an index; false where the server takes no changes but those of its primary. */
async function makesIndex(server: Postgres): Promise<boolean> {
  const made = server.query("CREATE INDEX ON payment (amount)");
  return made.then(
    () => true,
    (error) => {
      if (error.code === "25006") return false; // read_only_sql_transaction
      throw error;
    },
  );
}

const FAILURES = "SELECT FROM pg_stat_subscription_stats WHERE apply_error_count > 0";

/** Whether a new column comes to the replica with the rows that have it. */
async function getsColumn({ primary, replica }: Pair): Promise<boolean> {
  await primary.query("ALTER TABLE customer ADD COLUMN name text");
  await primary.query("INSERT INTO customer VALUES (1, 'Ada')");
  await primary.query("SELECT pg_switch_wal()"); // finishes a file of the log
  const outcome = await until("the row to come, or to be refused", async () => {
    const rows = await replica.query("SELECT name FROM customer").catch(() => undefined);
    if (rows?.rowCount) return "came";
    return (await replica.query(FAILURES)).rowCount === 1 && "refused";
  });
  return outcome === "came";
}

export default lab({
  title: "WAL files, a WAL stream, or logical changes",
  question:
    "What does a replica get, and when, if I ship finished WAL files, stream WAL, or publish a table?",
  services,
  knobs: { commits: 100 },
  arms: { "wal-shipping": walShipping, streaming, logical },

  async trial(replicate, bench) {
    const { commits } = bench.knobs;
    const pair = await replicate(bench);
    const hasIndex = await makesIndex(pair.replica);
    const hasColumn = await getsColumn(pair);
    await repeat(commits, (id) => pair.primary.query("INSERT INTO payment VALUES ($1, 1)", [id]));
    const arrived = async () => (await pair.replica.query("SELECT FROM payment")).rowCount!;
    await until(
      "the replica to have what it can get",
      async () => (await arrived()) === commits || pair.isExhausted(),
    );
    await pair.kill();
    return { lost: commits - (await arrived()), hasIndex, hasColumn };
  },

  claims: {
    "A row committed well before the primary is killed is on the replica": {
      holds: (found) => found.lost === 0,
      brokenBy: ["wal-shipping"],
    },
    "The replica can have an index of its own": {
      holds: (found) => found.hasIndex,
      brokenBy: ["wal-shipping", "streaming"],
    },
    "A new column reaches the replica by itself": {
      holds: (found) => found.hasColumn,
      brokenBy: ["logical"],
    },
  },

  measures: {
    "committed rows lost": (found) => found.lost,
  },
});
