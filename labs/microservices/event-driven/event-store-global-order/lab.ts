// Events are appended to a table with a rising id, and a reader asks again and again for whatever
// comes after the last id it has seen. Ids are handed out in one order and become visible in
// another: while the transaction that took id 1 is still open, id 2 is committed and read. When
// id 1 arrives the reader has moved on, and nothing will ever tell it.

import { lab, repeat, sum } from "#kit";
import { waitsForLock } from "#patterns/lock-barrier";
import { type Postgres, postgres } from "#services/postgres";

/** Returns the ids of the events that are new since it was last asked. */
type Reader = () => Promise<string[]>;

const afterLastId = (client: Postgres): Reader => {
  let last = "0";
  return async () => {
    const { rows } = await client.query("SELECT id FROM event WHERE id > $1 ORDER BY id", [last]);
    last = rows.at(-1)?.id ?? last;
    return rows.map((event) => event.id);
  };
};

/** Reads only what was written by transactions older than every one that is still open. */
const belowHorizon = (client: Postgres): Reader => {
  const newEvents = [
    "SELECT writer, id FROM event WHERE (writer, id) > ($1, $2)",
    "AND writer < pg_snapshot_xmin(pg_current_snapshot())", // matters: No event is skipped
    "ORDER BY writer, id",
  ];
  let last = { writer: "0", id: "0" };
  return async () => {
    const { rows } = await client.query(newEvents.join(" "), [last.writer, last.id]);
    last = rows.at(-1) ?? last;
    return rows.map((event) => event.id);
  };
};

/** Has the server read its own log, which tells of a transaction when it commits. */
const fromSlot = (client: Postgres): Reader => {
  const changes = "SELECT data FROM pg_logical_slot_get_changes('reader', NULL, NULL)";
  return async () => {
    const { rows } = await client.query(changes);
    return rows.flatMap(
      ({ data }) => /public\.event: INSERT: id\[bigint\]:(\d+)/.exec(data)?.[1] ?? [],
    );
  };
};

const SCHEMA = `
  CREATE TABLE event (id bigserial PRIMARY KEY, writer xid8 DEFAULT pg_current_xact_id());
  CREATE TABLE unrelated (id int)`;
const APPEND = "INSERT INTO event DEFAULT VALUES";
const APPEND_IN_TURN = `SELECT pg_advisory_xact_lock(1); ${APPEND}`;
const CREATE_SLOT = "SELECT pg_create_logical_replication_slot('reader', 'test_decoding')";
const DROP_SLOT = "SELECT pg_drop_replication_slot('reader')";
const WAL_KEPT = `SELECT coalesce(max(pg_current_wal_lsn() - restart_lsn), 0)::int AS bytes
  FROM pg_replication_slots`;

export default lab({
  title: "Reading an event store in order: the event that is skipped",
  question: "Is WHERE id > last_seen ORDER BY id enough to read every event?",
  // A server of its own, since any transaction on it that is open moves the horizon.
  services: { postgres: postgres.with({ config: { wal_level: "logical", autovacuum: "off" } }) },
  knobs: { pairs: 10 },
  arms: {
    "poll-by-id": { append: APPEND, reader: afterLastId, slot: false },
    "poll-below-horizon": { append: APPEND, reader: belowHorizon, slot: false },
    "one-writer-at-a-time": { append: APPEND_IN_TURN, reader: afterLastId, slot: false },
    "logical-decoding": { append: APPEND, reader: fromSlot, slot: true },
  },

  async trial({ append, reader, slot }, { postgres, knobs }) {
    await using observer = await postgres.connect();
    await using first = await postgres.connect();
    await using second = await postgres.connect();
    await observer.query(SCHEMA);
    if (slot) await observer.query(CREATE_SLOT);
    const readNew = reader(observer);

    const seen: string[] = [];
    const waits = await repeat(knobs.pairs, async () => {
      await first.query("BEGIN");
      await first.query(append);
      const appended = second.query(append);
      const waited = await waitsForLock(observer, appended); // it is committed, or waits
      seen.push(...(await readNew()));
      await first.query("COMMIT");
      await appended;
      seen.push(...(await readNew()));
      return Number(waited);
    });
    const skipped = 2 * knobs.pairs - seen.length;

    await first.query("BEGIN");
    await first.query("INSERT INTO unrelated VALUES (1)");
    await second.query(append);
    const heldBack = 1 - (await readNew()).length;
    await first.query("COMMIT");

    await first.query("INSERT INTO unrelated SELECT generate_series(1, 20000)");
    const { rows: kept } = await observer.query(WAL_KEPT);
    if (slot) await observer.query(DROP_SLOT);
    return { skipped, waited: sum(waits), heldBack, walKept: kept[0].bytes as number };
  },

  claims: {
    "No event is skipped": { holds: (found) => found.skipped === 0, brokenBy: ["poll-by-id"] },
    "Two appends never wait for each other": {
      holds: (found) => found.waited === 0,
      brokenBy: ["one-writer-at-a-time"],
    },
    "An unrelated open transaction does not hold events back": {
      holds: (found) => found.heldBack === 0,
      brokenBy: ["poll-below-horizon"],
    },
    "A reader that is away costs the database nothing": {
      holds: (found) => found.walKept === 0,
      brokenBy: ["logical-decoding"],
    },
  },

  measures: {
    "events skipped": (found) => found.skipped,
    "appends that waited": (found) => found.waited,
    "events held back": (found) => found.heldBack,
    "bytes of WAL kept for the reader": (found) => found.walKept,
  },
});
