// A year of events is spread over four shards, by time or by hash. By time, what is read together lies
// together, and what is written now goes to one place, since now is one place. A hash throws the order
// away on purpose: every shard has a part of everything.

import { lab, sum } from "#kit";
import { hashOf } from "#patterns/key-hash";
import { walWritten } from "#patterns/wal-written";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";

const SHARDS = 4;
const MONTHS = 12;

interface Event {
  readonly id: number;
  /** From 0, in months of 30 days. */
  readonly day: number;
}

const monthOf = ({ day }: Pick<Event, "day">) => Math.floor(day / 30);

interface Layout {
  shardOf(event: Event): number;
  tableOf(month: number): string;
  /** The shards that have a month; all of them, unless it can be told. */
  shardsOf?(month: number): number[];
}

const quarterOf = (month: number) => Math.floor((month * SHARDS) / MONTHS);

const rangeByTime: Layout = {
  shardOf: (event) => quarterOf(monthOf(event)),
  tableOf: (month) => `event_${month}`,
  shardsOf: (month) => [quarterOf(month)],
};

const hash: Layout = {
  shardOf: ({ id }) => hashOf(`${id}`) % SHARDS,
  tableOf: () => "event",
};

const hashWithMonths: Layout = {
  ...hash,
  tableOf: (month) => `event_${month}`, // matters: An old month goes away without deleting rows one by one
};

/** Writes events to where they belong; returns how many each shard got. */
async function write(shards: readonly Postgres[], layout: Layout, events: readonly Event[]) {
  const byShard = shards.map((_, index) =>
    events.filter((event) => layout.shardOf(event) === index),
  );
  for (const [index, own] of byShard.entries()) {
    for (const [table, rows] of Map.groupBy(own, (event) => layout.tableOf(monthOf(event)))) {
      await shards[index]!.query(`CREATE TABLE IF NOT EXISTS ${table} (id int, day int)`);
      await shards[index]!.query(
        `INSERT INTO ${table} SELECT * FROM unnest($1::int[], $2::int[])`,
        [rows.map(({ id }) => id), rows.map(({ day }) => day)],
      );
    }
  }
  return byShard.map(({ length }) => length);
}

/** The shards that have to be asked for a month. */
function shardsFor(shards: readonly Postgres[], layout: Layout, month: number) {
  return (layout.shardsOf?.(month) ?? [...shards.keys()]).map((index) => shards[index]!);
}

/** Reads a day; resolves with the events found and the shards asked. */
async function readDay(shards: readonly Postgres[], layout: Layout, day: number) {
  const month = monthOf({ day });
  const asked = shardsFor(shards, layout, month);
  const question = `SELECT id FROM ${layout.tableOf(month)} WHERE day = $1`;
  const answers = await Promise.all(asked.map((shard) => shard.query(question, [day])));
  return { found: sum(answers.map(({ rowCount }) => rowCount!)), asked: asked.length };
}

/** Removes the first month; resolves with the rows deleted one by one, and the log written for it. */
async function forget(shards: readonly Postgres[], layout: Layout) {
  const table = layout.tableOf(0);
  const isAlone = table !== layout.tableOf(1);
  const statement = isAlone ? `DROP TABLE ${table}` : `DELETE FROM ${table} WHERE day < 30`;
  let deleted = 0;
  let logged = 0;
  for (const shard of shardsFor(shards, layout, 0)) {
    logged += await walWritten(shard, async () => {
      const { rowCount } = await shard.query(statement);
      deleted += rowCount ?? 0;
    });
  }
  return { deleted, logged };
}

export default lab({
  title: "Range sharding against hash sharding",
  question: "Do I split by time so that reports are cheap, or by hash so that writes are spread?",
  services: { postgres: postgresShards.with({ shards: SHARDS }) },
  knobs: { events: { value: 24_000, from: 1_200, to: 100_000 } },
  arms: { "range-by-time": rangeByTime, hash, "hash-with-months": hashWithMonths },

  async trial(layout, { postgres, knobs: { events } }) {
    const shards = await Promise.all(postgres.shards.map((name) => postgres.shard(name).connect()));
    const days = MONTHS * 30;
    const year = Array.from({ length: events }, (_, id) => ({ id, day: id % days }));
    const today = Math.floor(events / MONTHS);
    const now = Array.from({ length: today }, (_, id) => ({ id: events + id, day: days - 1 }));
    await write(shards, layout, year);
    const inserts = await write(shards, layout, now);
    const { found, asked } = await readDay(shards, layout, days - 1);
    const missing = found - [...year, ...now].filter(({ day }) => day === days - 1).length;
    if (missing !== 0) throw new Error(`the day has ${missing} events too many`);
    return {
      least: Math.min(...inserts),
      busiest: Math.max(...inserts) / now.length,
      asked,
      ...(await forget(shards, layout)),
    };
  },

  claims: {
    "New rows land on all shards": {
      holds: (found) => found.least > 0,
      brokenBy: ["range-by-time"],
    },
    "A day is read from one shard": {
      holds: (found) => found.asked === 1,
      brokenBy: ["hash", "hash-with-months"],
    },
    "An old month goes away without deleting rows one by one": {
      holds: (found) => found.deleted === 0,
      brokenBy: ["hash"],
    },
  },

  measures: {
    "inserts on the busiest shard": { unit: "of all", of: (found) => found.busiest },
    "shards asked for one day": (found) => found.asked,
    "rows deleted for a month": (found) => found.deleted,
    "log written for dropping a month": { unit: "bytes", of: (found) => found.logged },
  },
});
