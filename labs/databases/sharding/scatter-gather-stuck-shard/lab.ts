// A question goes to every shard, and the answer is as slow as the slowest. When one does not answer at
// all, so does nobody; or the user gets what has come by a deadline; or another copy of that shard is
// asked as well. Asking the same server again would not help: it hangs.

import { setTimeout as sleep } from "node:timers/promises";
import { lab, sum } from "#kit";
import { postgresReplicated } from "#services/postgres-replicated";
import { postgresShards } from "#services/postgres-shards";

/** Ways to ask a shard for its sum: itself, and a copy of it where there is one. */
interface Shard {
  ask(): Promise<number>;
  askCopy?(): Promise<number>;
}

/** How long to wait for a shard before giving it up, or before asking its copy as well. */
interface Patience {
  readonly giveUpMs: number;
  readonly hedgeMs: number;
}

/** Asks all shards; a shard that is missing in the answer is undefined. */
type Gather = (shards: readonly Shard[], patience: Patience) => Promise<(number | undefined)[]>;

const waitForAll: Gather = (shards) => Promise.all(shards.map((shard) => shard.ask()));

const partialAnswer: Gather = (shards, { giveUpMs }) =>
  Promise.all(shards.map((shard) => Promise.race([shard.ask(), nothing(giveUpMs)])));

const hedged: Gather = (shards, { hedgeMs }) =>
  Promise.all(
    shards.map(async (shard) => {
      const first = shard.ask();
      const early = await Promise.race([first, nothing(hedgeMs)]);
      if (early === undefined && shard.askCopy) return Promise.race([first, shard.askCopy()]); // matters: The answer comes by the deadline
      return first;
    }),
  );

/** Resolves with nothing, in so many milliseconds. */
const nothing = (ms: number) => sleep(ms, undefined);

const SUM = "SELECT sum(amount)::int AS amount FROM sale";

export default lab({
  title: "Cross-shard queries when one shard hangs",
  question: "A query goes to every shard and one of them does not answer: what does the user get?",
  services: {
    healthy: postgresShards.with({ shards: 2 }),
    stuck: postgresReplicated.with({ standbys: 1 }),
  },
  knobs: { rows: 1_000, deadlineMs: 1_500, giveUpMs: 300, hedgeMs: 50 },
  arms: { "wait-for-all": waitForAll, "partial-answer": partialAnswer, hedged },

  async trial(gather, { healthy, stuck, knobs: { rows, deadlineMs, ...patience } }) {
    const primary = await stuck.connect();
    const copy = await stuck.node("standby-1").connect();
    const others = await Promise.all(healthy.shards.map((name) => healthy.shard(name).connect()));
    for (const server of [...others, primary]) {
      await server.query(
        `CREATE TABLE sale AS SELECT 1 AS amount FROM generate_series(1, ${rows})`,
      );
    }
    await stuck.caughtUp();
    let asked = 0;
    const asking = (server: typeof primary) => async (): Promise<number> => {
      asked += 1;
      return (await server.query(SUM)).rows[0].amount;
    };
    const shards = [
      ...others.map((server) => ({ ask: asking(server) })),
      { ask: asking(primary), askCopy: asking(copy) },
    ];

    await stuck.pause("primary");
    const gathered = gather(shards, patience);
    const early = await Promise.race([gathered, nothing(deadlineMs)]);
    await stuck.resume("primary");
    const answers = await gathered;
    return {
      late: early === undefined,
      missing: rows * shards.length - sum(answers.map((answer) => answer ?? 0)),
      asked: asked / shards.length,
    };
  },

  claims: {
    "The answer comes by the deadline": {
      holds: (found) => !found.late,
      brokenBy: ["wait-for-all"],
    },
    "The answer is complete": {
      holds: (found) => found.missing === 0,
      brokenBy: ["partial-answer"],
    },
    "Each shard is asked once": { holds: (found) => found.asked === 1, brokenBy: ["hedged"] },
  },

  measures: {
    "answers that came too late": (found) => Number(found.late),
    "rows missing": (found) => found.missing,
    "queries per shard": (found) => found.asked,
  },
});
