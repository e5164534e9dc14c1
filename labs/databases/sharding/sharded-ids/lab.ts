// One server hands out ids from one sequence. Four servers have four, and do not ask each other: what
// keeps their ids apart has to be in the id, or in so much chance that it does not matter. What else is in
// it decides whether ids sort by time, how large they are, and who can read them.

import { lab, until } from "#kit";
import { postgresShards } from "#services/postgres-shards";

const SHARDS = 4;

/** A way to make ids. */
interface Ids {
  readonly type: "bigint" | "uuid";
  /** What the shard needs, counted from 0, and the expression for its next id. */
  readonly sequence?: (shard: number) => string;
  readonly next: (shard: number) => string;
}

const serial: Ids = {
  type: "bigint",
  sequence: () => "CREATE SEQUENCE ids",
  next: () => "nextval('ids')",
};

const stepped: Ids = {
  ...serial,
  sequence: (shard) => `CREATE SEQUENCE ids START ${shard + 1} INCREMENT ${SHARDS}`,
};

const uuidV4: Ids = { type: "uuid", next: () => "gen_random_uuid()" };

const uuidV7: Ids = { type: "uuid", next: () => "uuidv7()" };

/** 41 bits of milliseconds, 13 of shard and 10 of a sequence. */
const timeShardSequence: Ids = {
  ...serial,
  next: (shard) =>
    [
      "(clock_ms() << 23)",
      `(${shard}::bigint << 10)`, // matters: No two shards hand out the same id
      "(nextval('ids') % 1024)",
    ].join(" | "),
};

const CLOCK = `
  CREATE FUNCTION clock_ms() RETURNS bigint LANGUAGE sql AS
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1700000000000'`;

/** From now on it is the same millisecond on every shard. */
const STOPPED_CLOCK = CLOCK.replace("CREATE", "CREATE OR REPLACE").replace(
  "clock_timestamp()",
  "timestamptz ''2026-01-01''",
);

const INSERT = `
  INSERT INTO post SELECT FROM generate_series(1, $1::int)
    RETURNING id::text, row_to_json(post)::text AS json, pg_column_size(id) AS bytes`;

/** A new row: its id, the row as JSON, and the size of the id. */
interface Row {
  readonly id: string;
  readonly json: string;
  readonly bytes: number;
}

function isBefore(id: string, other: string, type: Ids["type"]): boolean {
  return type === "uuid" ? id < other : BigInt(id) < BigInt(other);
}

export default lab({
  title: "Ids that many shards hand out",
  question: "Where do ids come from when there is no longer one sequence?",
  services: { postgres: postgresShards.with({ shards: SHARDS }) },
  knobs: { inTurn: { value: 100, from: 20, to: 500 }, atOnce: { value: 500, from: 10, to: 900 } },
  arms: {
    serial,
    stepped,
    "uuid-v4": uuidV4,
    "uuid-v7": uuidV7,
    "time-shard-sequence": timeShardSequence,
  },

  async trial({ type, sequence, next }, { postgres, knobs: { inTurn, atOnce } }) {
    const shards = await Promise.all(postgres.shards.map((name) => postgres.shard(name).connect()));
    for (const [shard, client] of shards.entries()) {
      await client.query(CLOCK);
      if (sequence) await client.query(sequence(shard));
      await client.query(`CREATE TABLE post (id ${type} DEFAULT ${next(shard)})`);
    }
    const insert = async (shard: number, count: number) =>
      (await shards[shard]!.query<Row>(INSERT, [count])).rows;

    const ordered: Row[] = [];
    for (let turn = 0; turn < inTurn; turn++) {
      // The first shard is as busy as the others together.
      ordered.push(...(await insert(turn % 2 === 0 ? 0 : 1 + (turn % 3), 1)));
      const ended = Date.now();
      await until("the clock to go on", () => Date.now() > ended);
    }
    for (const client of shards) await client.query(STOPPED_CLOCK);
    const burst = (await Promise.all(shards.map((_, shard) => insert(shard, atOnce)))).flat();
    const all = [...ordered, ...burst];
    return {
      collisions: all.length - new Set(all.map(({ id }) => id)).size,
      outOfOrder: ordered.filter(({ id }, at) => at > 0 && isBefore(id, ordered[at - 1]!.id, type))
        .length,
      bytes: Math.max(...all.map(({ bytes }) => bytes)),
      misread: all.filter(({ id, json }) => String(JSON.parse(json).id) !== id).length,
    };
  },

  claims: {
    "No two shards hand out the same id": {
      holds: (found) => found.collisions === 0,
      brokenBy: ["serial"],
    },
    "Ids sort by time of creation": {
      holds: (found) => found.outOfOrder === 0,
      brokenBy: ["serial", "stepped", "uuid-v4"],
    },
    "An id fits into eight bytes": {
      holds: (found) => found.bytes <= 8,
      brokenBy: ["uuid-v4", "uuid-v7"],
    },
    "JavaScript reads the id back from JSON unharmed": {
      holds: (found) => found.misread === 0,
      brokenBy: ["time-shard-sequence"],
    },
  },

  measures: {
    collisions: (found) => found.collisions,
    "ids out of order": (found) => found.outOfOrder,
    "bytes per id": (found) => found.bytes,
    "ids changed by JSON.parse": (found) => found.misread,
  },
});
