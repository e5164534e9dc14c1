// How far behind is the standby? It can say when it last replayed a commit, which is long ago when
// nobody commits. It can say that it has replayed all it has received, which is true when the link is
// cut. Bytes are no time. Only a write made on purpose, again and again, tells silence from trouble.

import { setTimeout as sleep } from "node:timers/promises";
import { lab, link, until } from "#kit";
import { setLive } from "#patterns/live-setting";
import { pauseReplay, resumeReplay } from "#patterns/paused-replay";
import { receiveFrom } from "#patterns/receive-from";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

type Servers = Readonly<Record<"primary" | "standby", Postgres>>;

/** A way to watch the lag. */
interface Watch {
  /** Where the question is asked, and the question. */
  readonly on: keyof Servers;
  readonly lag: string;
  /** Whether the answer is a time; bytes raise an alarm from the first one. */
  readonly inSeconds: boolean;
  /** What the watching itself writes on the primary, again and again. */
  readonly write?: (primary: Postgres) => Promise<unknown>;
}

const REPLAY_AGE = "extract(epoch FROM now() - pg_last_xact_replay_timestamp())";

const replayAge: Watch = { on: "standby", lag: REPLAY_AGE, inSeconds: true };

const replayAgeIfBehind: Watch = {
  ...replayAge,
  lag: `CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 ELSE ${REPLAY_AGE} END`,
};

const byteDistance: Watch = {
  on: "primary",
  lag: "(SELECT pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots)",
  inSeconds: false,
};

const heartbeat: Watch = {
  on: "standby",
  lag: "(SELECT extract(epoch FROM now() - at) FROM heartbeat)",
  inSeconds: true,
  async write(primary) {
    await primary.query("UPDATE heartbeat SET at = now(), writes = writes + 1"); // matters: An idle primary raises no alarm
  },
};

/** The lag as a watch saw it, and when: its unit, and seconds. */
type Seen = Readonly<Record<"lag" | "at", number>>;

/** Looks at the lag, again and again until what it sees will do. */
function look({ on, lag }: Watch, servers: Servers, isEnough: (seen: Seen) => boolean) {
  const question = `SELECT ${lag}::float8 AS lag, extract(epoch FROM now())::float8 AS at`;
  return until("the lag to be seen", async () => {
    const { rows } = await servers[on].query<Seen>(question);
    return isEnough(rows[0]!) && rows[0]!;
  });
}

/** Sells something; resolves with the time of that, in seconds. */
async function sell({ primary }: Servers): Promise<number> {
  await primary.query("INSERT INTO sale VALUES (DEFAULT)");
  return (await primary.query("SELECT extract(epoch FROM now())::float8 AS at")).rows[0].at;
}

const SCHEMA = `
  CREATE TABLE sale (id serial);
  CREATE TABLE heartbeat AS SELECT now() AS at, 0 AS writes;
  SELECT pg_create_physical_replication_slot('standby')`;

export default lab({
  title: "Four ways to measure replication lag, three of them wrong sometimes",
  question: "Which number tells me how far behind my replica is, and when does it lie?",
  services: { postgres: postgresReplicated.with({ standbys: 1 }) },
  knobs: { thresholdMs: 600, beatMs: 50 },
  arms: {
    "replay-age": replayAge,
    "replay-age-if-behind": replayAgeIfBehind,
    "byte-distance": byteDistance,
    heartbeat,
  },

  async trial(watch, { postgres, knobs: { thresholdMs, beatMs } }) {
    const primary = await postgres.connect();
    const standby = await postgres.node("standby-1").connect();
    const servers = { primary, standby };
    const threshold = thresholdMs / 1_000;
    const isAlarm = ({ lag }: Seen) => lag > (watch.inSeconds ? threshold : 0);
    await using road = await link(postgres.address);
    await primary.query(SCHEMA);
    await setLive(standby, "primary_slot_name", "standby");
    await receiveFrom(standby, road.address);
    const writer = await postgres.connect();
    let isWatched = true;
    const writing = (async () => {
      for (; isWatched; await sleep(beatMs)) await watch.write?.(writer);
    })();

    const before = await sell(servers);
    await postgres.caughtUp();
    const idle = await look(watch, servers, ({ at }) => at > before + 1.2 * threshold);
    await pauseReplay(standby);
    await sell(servers);
    await until("the sale to be received", async () => {
      const behind = "SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AS yes";
      return (await standby.query(behind)).rows[0].yes;
    });
    const early = await look(watch, servers, () => true);
    const late = await look(watch, servers, ({ at }) => at > early.at + 0.05);
    await resumeReplay(standby);
    await postgres.caughtUp();
    road.cut();
    const sold = await sell(servers);
    const isOver = (seen: Seen) => isAlarm(seen) || seen.at > sold + 1.5 * threshold;
    const cut = await look(watch, servers, isOver);
    isWatched = false;
    await writing;
    const { rows } = await primary.query<{ writes: number }>("SELECT writes FROM heartbeat");
    return {
      falseAlarm: isAlarm(idle),
      noticed: isAlarm(cut),
      drift: Math.abs(late.lag - early.lag - (late.at - early.at)),
      writes: rows[0]!.writes,
    };
  },

  claims: {
    "An idle primary raises no alarm": {
      holds: (found) => !found.falseAlarm,
      brokenBy: ["replay-age"],
    },
    "A cut link is noticed": {
      holds: (found) => found.noticed,
      brokenBy: ["replay-age-if-behind"],
    },
    "The number is in seconds of staleness": {
      holds: (found) => found.drift < 0.001,
      brokenBy: ["byte-distance"],
    },
    "Watching writes nothing": { holds: (found) => found.writes === 0, brokenBy: ["heartbeat"] },
  },

  measures: {
    "alarms raised wrongly": (found) => Number(found.falseAlarm),
    "alarms missed": (found) => Number(!found.noticed),
    "writes of the watching": (found) => found.writes,
  },
});
