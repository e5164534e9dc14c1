// A report runs on a standby and needs rows as they were when it began. The primary does not know of
// it, deletes them and cleans up. The standby must do the same, and cannot while somebody reads them:
// the report dies, or the standby stands still, or the primary is told and keeps its dead rows.

import { lab, until } from "#kit";
import { setLive } from "#patterns/live-setting";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

/** The standby's settings. */
type Settings = Readonly<Record<string, string>>;

const cancel: Settings = { max_standby_streaming_delay: "200ms" };

const wait: Settings = { max_standby_streaming_delay: "-1" };

const feedback: Settings = {
  max_standby_streaming_delay: "200ms",
  hot_standby_feedback: "on", // matters: The report finishes
};

/** Begins a report: from here on it sees the rows as they are now. */
async function begin(report: Postgres): Promise<void> {
  await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await report.query("SELECT count(*) FROM sale");
}

/** Goes on with a report; false when the standby has ended it, and with that perhaps its connection. */
async function finishes(report: Postgres): Promise<boolean> {
  const read = report.query("SELECT count(*) FROM sale");
  return read.then(
    () => true,
    () => false,
  );
}

/** Deletes nine rows in ten and cleans up; resolves with the dead rows that had to stay. */
async function cleanUp(primary: Postgres): Promise<number> {
  await primary.query("DELETE FROM sale WHERE id % 10 <> 0");
  await primary.query("SELECT pg_stat_force_next_flush()"); // else it is counted after the VACUUM
  await primary.query("VACUUM sale");
  const dead = "SELECT n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relname = 'sale'";
  return (await primary.query(dead)).rows[0].dead;
}

/** Whether a row that is committed now shows on the standby, or waits there for longer. */
async function isFresh(primary: Postgres, standby: Postgres, patienceMs: number): Promise<boolean> {
  await primary.query("CREATE TABLE marker ()");
  const marker = "SELECT to_regclass('marker') IS NOT NULL AS here";
  const began = performance.now();
  const outcome = await until("the row to show, or not", async () => {
    if ((await standby.query(marker)).rows[0].here) return "shows";
    return performance.now() - began > patienceMs && "waits";
  });
  return outcome === "shows";
}

export default lab({
  title: "A long report on a replica against VACUUM on the primary",
  question:
    "Who pays when a report on the standby needs rows that the primary has already vacuumed?",
  services: { postgres: postgresReplicated.with({ standbys: 1 }) },
  knobs: { rows: 10_000, patienceMs: 1_500 },
  arms: { cancel, wait, feedback },

  async trial(settings, { postgres, knobs: { rows, patienceMs } }) {
    const primary = await postgres.connect();
    const [report, standby] = [
      await postgres.node("standby-1").connect(),
      await postgres.node("standby-1").connect(),
    ];
    for (const [name, value] of Object.entries(settings)) await setLive(standby, name, value);
    await primary.query(`CREATE TABLE sale AS SELECT generate_series(1, ${rows}) AS id`);
    await primary.query("VACUUM sale");
    await postgres.caughtUp();

    await begin(report);
    if (settings.hot_standby_feedback) {
      const told = "SELECT FROM pg_stat_replication WHERE backend_xmin IS NOT NULL";
      await until("the primary to be told", async () => (await primary.query(told)).rowCount === 1);
    }
    const dead = await cleanUp(primary);
    const fresh = await isFresh(primary, standby, patienceMs);
    const finished = await finishes(report);
    const conflicts =
      "SELECT confl_snapshot::int AS count FROM pg_stat_database_conflicts WHERE datname = 'postgres'";
    return {
      dead,
      fresh,
      finished,
      conflicts: (await standby.query(conflicts)).rows[0].count as number,
    };
  },

  claims: {
    "The report finishes": { holds: (found) => found.finished, brokenBy: ["cancel"] },
    "The replica stays fresh while the report runs": {
      holds: (found) => found.fresh,
      brokenBy: ["wait"],
    },
    "VACUUM on the primary removes the dead rows": {
      holds: (found) => found.dead === 0,
      brokenBy: ["feedback"],
    },
  },

  measures: {
    "reports that were ended": (found) => Number(!found.finished),
    "dead rows left on the primary": (found) => found.dead,
    "conflicts counted by the standby": (found) => found.conflicts,
  },
});
