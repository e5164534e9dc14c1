// A standby begins as a copy of the primary's data directory. While it is copied, the primary writes
// on: a file copied early is older than one copied late, and the position from which the log has to be
// replayed is in one of the late ones. A base backup notes that position before the first file.

import { type Bench, type Link, lab, link, until } from "#kit";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";
import { DataDirectory } from "./data-directory.ts";

/** What a copy of the primary's directory is made with. */
interface Copying {
  readonly primary: Postgres;
  readonly from: DataDirectory;
  readonly to: DataDirectory;
  /** Rows are inserted, and what is in memory is written to the files. */
  work(): Promise<void>;
  stopPrimary(): Promise<void>;
  startPrimary(): Promise<void>;
}

type Copy = (copying: Copying) => Promise<void>;

const liveCopy: Copy = async ({ from, to, work }) => {
  await to.copy(from, (entry) => entry === "base"); // the tables
  await work();
  await to.copy(from, (entry) => entry !== "base");
};

const coldCopy: Copy = async (copying) => {
  await copying.stopPrimary();
  await liveCopy(copying);
  await copying.startPrimary();
};

const baseBackup: Copy = async (copying) => {
  const { primary, to } = copying;
  await primary.query("SELECT pg_backup_start('first copy', fast => true)");
  await liveCopy(copying);
  const stop = "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)";
  const { rows } = await primary.query(stop);
  await to.write("backup_label", rows[0].labelfile); // matters: Every committed row is on the standby
};

const services = {
  // What the primary has logged since a copy began must still be there when the copy asks for it.
  postgres: postgresReplicated.with({ standbys: 1, config: { wal_keep_size: "256MB" } }),
};

type Servers = Bench<typeof services, object>["postgres"];

/** Starts the copy while the primary is gone; tells whether it opens all the same. */
async function opensAlone(postgres: Servers, road: Link): Promise<boolean> {
  const starting = postgres.restart("standby-1").catch(() => {}); // it may never be ready
  // It asks the primary for more once it has replayed what it has: by then it is open, or cannot be.
  await until("the copy to ask for more log", () => road.counts().connections > 2);
  const opening = postgres.node("standby-1").connect();
  const opens = await opening.then(() => true, isStillStarting);
  await postgres.kill("standby-1");
  await starting;
  return opens;
}

function isStillStarting(error: { code?: string }): false {
  if (error.code === "57P03") return false; // cannot_connect_now
  throw error;
}

async function rowsOf(server: Postgres): Promise<number> {
  return (await server.query("SELECT FROM item")).rowCount!;
}

export default lab({
  title: "Primary and standby: the first copy",
  question:
    "Can I make a standby by copying the data directory of a primary that is being written to?",
  services,
  knobs: { rows: 1_000 },
  arms: { "live-copy": liveCopy, "cold-copy": coldCopy, "base-backup": baseBackup },

  async trial(copy, { postgres, knobs: { rows } }) {
    const primary = await postgres.connect();
    const from = await DataDirectory.of(primary);
    const to = await DataDirectory.of(await postgres.node("standby-1").connect());
    const insert = async (server: Postgres) => {
      await server.query(`INSERT INTO item SELECT FROM generate_series(1, ${rows})`);
      await server.query("CHECKPOINT");
    };
    let refused = 0;
    const work = async () => {
      const client = await postgres.connect().catch(() => undefined);
      if (client) await insert(client);
      else refused += 1;
    };
    await primary.query("CREATE TABLE item (id serial PRIMARY KEY)");
    await insert(primary);

    await postgres.kill("standby-1");
    await to.empty();
    const stopPrimary = () => postgres.kill("primary");
    const startPrimary = () => postgres.restart("primary");
    await copy({ primary, from, to, work, stopPrimary, startPrimary });
    await using road = await link(postgres.address);
    const { host, port } = road.address;
    await to.write("standby.signal", "");
    await to.write(
      "postgresql.auto.conf",
      `primary_conninfo = 'host=${host} port=${port} user=postgres'`,
    );

    await stopPrimary();
    const alone = await opensAlone(postgres, road);
    await startPrimary();
    await postgres.restart("standby-1");
    await postgres.caughtUp();
    const committed = await rowsOf(await postgres.connect());
    const copied = await rowsOf(await postgres.node("standby-1").connect());
    return { missing: committed - copied, refused, alone };
  },

  claims: {
    "Every committed row is on the standby": {
      holds: (found) => found.missing === 0,
      brokenBy: ["live-copy"],
    },
    "The primary never refuses a write while the copy is made": {
      holds: (found) => found.refused === 0,
      brokenBy: ["cold-copy"],
    },
    "The copy opens by itself even if the primary is gone": {
      holds: (found) => found.alone,
      brokenBy: ["base-backup"],
    },
  },

  measures: {
    "rows missing on the standby": (found) => found.missing,
    "writes refused during the copy": (found) => found.refused,
  },
});
