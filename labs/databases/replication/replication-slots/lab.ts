// A standby is off for the night. When it comes back it needs the log from where it stopped, and the
// primary throws away what it does not need itself. A slot makes it keep everything, for as long as it
// takes; a limit on that gives the standby up in time; an archive keeps the log somewhere else.

import { type Address, type Link, lab, link, until } from "#kit";
import { setLive } from "#patterns/live-setting";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

/** What the primary, and the standby that is about to leave, do for its return. */
type Prepare = (primary: Postgres, standby: Postgres, keepMb: number) => Promise<void>;

const noSlot: Prepare = async () => {};

const slot: Prepare = async (primary) => {
  await primary.query("SELECT pg_create_physical_replication_slot('standby', true)"); // matters: The standby catches up by itself
};

const cappedSlot: Prepare = async (primary, standby, keepMb) => {
  await slot(primary, standby, keepMb);
  await setLive(primary, "max_slot_wal_keep_size", `${keepMb}MB`);
};

const archive: Prepare = async (primary, standby) => {
  await primary.query("COPY night FROM PROGRAM 'mkdir archive'"); // which says nothing, so no row comes
  const { rows } = await primary.query("SHOW data_directory");
  await setLive(standby, "restore_command", `cp ${rows[0].data_directory}/archive/%f %p`);
};

/** Sets where the standby asks for the log when it comes back, and by which slot. */
async function returnTo(standby: Postgres, { host, port }: Address, slot: string): Promise<void> {
  await standby.query(
    `ALTER SYSTEM SET primary_conninfo = 'host=${host} port=${port} user=postgres'`,
  );
  await standby.query(`ALTER SYSTEM SET primary_slot_name = '${slot}'`);
}

/** How much log is in a directory of the server's, in megabytes. */
async function megabytesIn(server: Postgres, directory: string): Promise<number> {
  const { rows } = await server.query(
    `SELECT coalesce(sum((pg_stat_file($1 || '/' || name, true)).size), 0) / 1048576 AS size
       FROM pg_ls_dir($1, true, false) AS name WHERE name ~ '^[0-9A-F]{24}$'`,
    [directory],
  );
  return Number(rows[0].size);
}

/** Writes so many files of log, and has the primary throw away what it need not keep. */
async function writeLog(primary: Postgres, segments: number): Promise<void> {
  for (let segment = 0; segment < segments; segment++) {
    await primary.query("INSERT INTO night VALUES (DEFAULT)");
    await primary.query("SELECT pg_switch_wal()");
  }
  const unshipped = "SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'";
  await until(
    "the archive to have all",
    async () => (await primary.query(unshipped)).rowCount === 0,
  );
  await primary.query("CHECKPOINT");
}

/** Whether a standby gets all that was written, or is sent away again and again. */
async function catchesUp(standby: Postgres, rows: number, road: Link): Promise<boolean> {
  const before = road.counts().connections;
  const look = async () => {
    if ((await standby.query("SELECT FROM night")).rowCount === rows) return "caught up";
    return road.counts().connections > before + ATTEMPTS && "sent away";
  };
  const outcome = await until("the standby to catch up, or not", look, { withinMs: 10_000 });
  return outcome === "caught up";
}

const ATTEMPTS = 2; // who streams asks once
const LIMIT_MB = 80; // what every primary keeps for itself, and a bit

export default lab({
  title: "A standby that was away: WAL kept, capped, or archived",
  question:
    "A standby was off for the night: does it catch up, and what did the primary keep for it?",
  services: {
    postgres: postgresReplicated.with({
      standbys: 1,
      config: {
        min_wal_size: "32MB",
        max_wal_size: "64MB",
        wal_keep_size: "0",
        wal_init_zero: "off", // a new file is not filled with zeros first, which takes time
        archive_mode: "on",
        archive_command: "test ! -d archive || cp %p archive/%f",
      },
    }),
  },
  knobs: { segments: 5, keepMb: 32 },
  arms: { "no-slot": noSlot, slot, "capped-slot": cappedSlot, archive },

  async trial(prepare, { postgres, knobs: { segments, keepMb } }) {
    const primary = await postgres.connect();
    const standby = await postgres.node("standby-1").connect();
    await using road = await link(postgres.address);
    await primary.query("CREATE TABLE night (id serial)");
    await prepare(primary, standby, keepMb);
    const slots = await primary.query("SELECT slot_name FROM pg_replication_slots");
    await returnTo(standby, road.address, slots.rows[0]?.slot_name ?? "");
    await postgres.caughtUp();

    await postgres.kill("standby-1");
    await writeLog(primary, segments);
    const kept = await megabytesIn(primary, "pg_wal");
    await postgres.restart("standby-1");
    const back = await postgres.node("standby-1").connect();
    const caughtUp = await catchesUp(back, segments, road);
    return { caughtUp, kept, archived: await megabytesIn(primary, "archive") };
  },

  claims: {
    "The standby catches up by itself": {
      holds: (found) => found.caughtUp,
      brokenBy: ["no-slot", "capped-slot"],
    },
    "pg_wal on the primary stays under the limit": {
      holds: (found) => found.kept <= LIMIT_MB,
      brokenBy: ["slot"],
    },
    "Nothing has to be kept anywhere but on the primary": {
      holds: (found) => found.archived === 0,
      brokenBy: ["archive"],
    },
  },

  measures: {
    "pg_wal on the primary": { unit: "MB", of: (found) => found.kept },
    "log in the archive": { unit: "MB", of: (found) => found.archived },
  },
});
