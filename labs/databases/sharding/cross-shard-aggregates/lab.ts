// Each shard knows its average and its number of different buyers. Neither can be merged: the shards are
// not equally large, and a buyer may be on both. An average is two numbers that can be added. A distinct
// count is a set, and sets are as large as the data.

import { lab, link, mean, sum } from "#kit";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";
import { ANSWER, type Answer, fill, type Servers } from "./sales.ts";

interface Arm {
  prepare?(servers: Servers): Promise<void>;
  ask(servers: Servers): Promise<Answer>;
}

/** Asks every shard; resolves with all their rows. */
async function all<Row extends object>(
  shards: readonly Postgres[],
  question: string,
): Promise<Row[]> {
  const answers = await Promise.all(shards.map((shard) => shard.query<Row>(question)));
  return answers.flatMap(({ rows }) => rows);
}

const mergeAnswers: Arm = {
  async ask({ shards }) {
    const parts = await all<Answer>(shards, ANSWER);
    return {
      average: mean(parts.map(({ average }) => average)),
      buyers: sum(parts.map(({ buyers }) => buyers)),
    };
  },
};

const fetchRows: Arm = {
  async ask({ shards }) {
    const rows = await all<{ amount: number; buyer: number }>(
      shards,
      "SELECT amount, buyer FROM sale",
    );
    return {
      average: mean(rows.map(({ amount }) => amount)),
      buyers: new Set(rows.map(({ buyer }) => buyer)).size,
    };
  },
};

const PARTS = `
  SELECT sum(amount)::int AS total, count(*)::int AS rows, count(DISTINCT buyer)::int AS buyers
    FROM sale`;

const partialAggregates: Arm = {
  async ask({ shards }) {
    const parts = await all<{ total: number; rows: number; buyers: number }>(shards, PARTS);
    return {
      average: sum(parts.map(({ total }) => total)) / sum(parts.map(({ rows }) => rows)),
      buyers: sum(parts.map(({ buyers }) => buyers)),
    };
  },
};

const foreignTables: Arm = {
  async prepare({ coordinator, links }) {
    await coordinator.query(`
      CREATE EXTENSION postgres_fdw;
      CREATE TABLE sale (shard int, buyer int, amount int) PARTITION BY LIST (shard)`);
    for (const [shard, { address }] of links.entries()) {
      await coordinator.query(`
        CREATE SERVER shard_${shard} FOREIGN DATA WRAPPER postgres_fdw
          OPTIONS (host '${address.host}', port '${address.port}', dbname 'postgres');
        CREATE USER MAPPING FOR postgres SERVER shard_${shard} OPTIONS (user 'postgres');
        CREATE FOREIGN TABLE sale_${shard} PARTITION OF sale FOR VALUES IN (${shard})
          SERVER shard_${shard} OPTIONS (table_name 'sale')`);
    }
  },
  ask: async ({ coordinator }) => (await coordinator.query<Answer>(ANSWER)).rows[0]!,
};

interface Measured {
  readonly averageError: number;
  readonly buyersError: number;
  readonly bytes: number;
}

export default lab({
  title: "Cross-shard queries: merging averages and distinct counts",
  question: "Each shard gives me its average and its distinct count: how do I merge them?",
  services: { postgres: postgresShards.with({ shards: 3 }) },
  knobs: { rows: { value: 2_000, from: 1_000, to: 20_000 } },
  arms: {
    "merge-answers": mergeAnswers,
    "fetch-rows": fetchRows,
    "partial-aggregates": partialAggregates,
    "foreign-tables": foreignTables,
  },
  async trial(arm, { postgres, knobs: { rows } }) {
    await using first = await link(postgres.nodes["shard-1"]!);
    await using second = await link(postgres.nodes["shard-2"]!);
    const links = [first, second];
    const shards = await Promise.all(
      links.map(({ address }) => postgres.shard("shard-1").connect(address)),
    );
    const coordinator = await postgres.shard("shard-3").connect();
    const servers = { shards, links, coordinator };
    const bytes = () => sum(links.map((road) => road.counts().replyBytes));

    await arm.prepare?.(servers);
    const measured: Measured[] = [];
    for (const size of [rows, 4 * rows]) {
      const truth = await fill(servers, size);
      const before = bytes();
      const answer = await arm.ask(servers);
      measured.push({
        averageError: Math.abs(answer.average / truth.average - 1),
        buyersError: Math.abs(answer.buyers / truth.buyers - 1),
        bytes: bytes() - before,
      });
    }
    const [small, large] = measured as [Measured, Measured];
    return { ...large, growth: large.bytes / small.bytes };
  },

  claims: {
    "The average is right": {
      holds: (found) => found.averageError < 1e-9,
      brokenBy: ["merge-answers"],
    },
    "The number of distinct buyers is right": {
      holds: (found) => found.buyersError === 0,
      brokenBy: ["merge-answers", "partial-aggregates"],
    },
    "The bytes on the wire do not grow with the table": {
      holds: (found) => found.growth < 2,
      brokenBy: ["fetch-rows", "foreign-tables"],
    },
  },

  measures: {
    "error of the average": { unit: "of the truth", of: (found) => found.averageError },
    "error of the distinct count": { unit: "of the truth", of: (found) => found.buyersError },
    "bytes on the wire": { unit: "bytes", of: (found) => found.bytes },
    "growth when the table is four times as large": {
      unit: "times",
      of: (found) => found.growth,
    },
  },
});
