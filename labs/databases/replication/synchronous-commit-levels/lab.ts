// COMMIT returns, and the row is safe: where? PostgreSQL lets every transaction choose how far its log
// must have come before it is answered: to the primary's own disk, to the standby's memory, to the
// standby's disk, or into the standby's tables. Each step costs the primary some of its independence.

import { setTimeout as sleep } from "node:timers/promises";
import { lab, link, repeat, until } from "#kit";
import { isAnsweredAlone } from "#patterns/lonely-commit";
import { pauseReplay, resumeReplay } from "#patterns/paused-replay";
import { receiveFrom } from "#patterns/receive-from";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

/** What synchronous_commit is set to in the client's session. */
type Level = "local" | "remote_write" | "on" | "remote_apply";

const services = {
  postgres: postgresReplicated.with({
    standbys: 1,
    synchronous: '"standby-1"', // matters: An acknowledged row survives the loss of the primary; A row can be read on the standby once COMMIT has returned
  }),
};

/** Finds the standby once it has told that what the primary wrote after a position is on its disk. */
const ARRIVED = `
  SELECT FROM pg_stat_replication
   WHERE flush_lsn > $1::pg_lsn AND flush_lsn >= pg_current_wal_flush_lsn()`;

const INSERT = "INSERT INTO payment VALUES (DEFAULT) RETURNING id";

async function has(server: Postgres, ids: readonly number[]): Promise<number> {
  return (await server.query("SELECT FROM payment WHERE id = ANY($1)", [ids])).rowCount!;
}

export default lab({
  title: "What COMMIT promises: four levels of synchronous_commit",
  question: "When COMMIT returns, on which machines is my row safe, and where can it be read?",
  services,
  knobs: { commits: 20, patienceMs: 1_000 },
  arms: {
    local: "local",
    "remote-write": "remote_write",
    "remote-flush": "on",
    "remote-apply": "remote_apply",
  } satisfies Record<string, Level>,

  async trial(level: Level, { postgres, knobs: { commits, patienceMs } }) {
    const client = await postgres.connect();
    const observer = await postgres.connect();
    const standby = await postgres.node("standby-1").connect();
    await using road = await link(postgres.address);
    await client.query("CREATE TABLE payment (id serial)");
    await receiveFrom(standby, road.address);
    await client.query(`SET synchronous_commit = ${level}`);
    const pay = async (): Promise<number> => (await client.query(INSERT)).rows[0].id;

    await pauseReplay(standby);
    const { rows } = await observer.query("SELECT pg_current_wal_insert_lsn() AS before");
    const first = pay();
    const arrived = async () => (await observer.query(ARRIVED, [rows[0].before])).rowCount === 1;
    await until("the payment to be on the standby's disk", arrived);
    if (!(await Promise.race([first, sleep(patienceMs)]))) await resumeReplay(standby); // it waits
    const readable = await has(standby, [await first]);
    await resumeReplay(standby);

    const acknowledged = await repeat(commits, pay);
    road.cut();
    const last = pay();
    const returnsAlone = await isAnsweredAlone(last, observer);
    if (returnsAlone) acknowledged.push(await last);
    await postgres.kill("primary");
    await standby.query("SELECT pg_promote()");
    return {
      readable,
      lost: acknowledged.length - (await has(standby, acknowledged)),
      returnsAlone,
    };
  },

  claims: {
    "An acknowledged row survives the loss of the primary": {
      holds: (found) => found.lost === 0,
      brokenBy: ["local"],
    },
    "A row can be read on the standby once COMMIT has returned": {
      holds: (found) => found.readable === 1,
      brokenBy: ["local", "remote-write", "remote-flush"],
    },
    "A commit returns while the standby is unreachable": {
      holds: (found) => found.returnsAlone,
      brokenBy: ["remote-write", "remote-flush", "remote-apply"],
    },
  },

  measures: {
    "acknowledged rows lost": (found) => found.lost,
    "rows readable when COMMIT returns": (found) => found.readable,
    "commits that wait for the standby": (found) => Number(!found.returnsAlone),
  },
});
