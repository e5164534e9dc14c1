// A rank is the number of those who are better. A database counts them, each time; a sorted set
// keeps with every link how many it skips, and adds up a few of these. But a sorted set orders by
// one number and then by name. Who was first must be told by the number itself, and it has 53 bits.

import { lab, mean, repeat } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { type Postgres, postgres } from "#services/postgres";
import { type RedisFace, redis } from "#services/redis";

const SEASON = 2 ** 22; // seconds, the range of the low bits: 48 days

/** What a player has reached, and in which second of the season. */
type Result = { readonly name: string; readonly score: number; readonly second: number };

interface Board {
  report(results: readonly Result[]): Promise<unknown>;
  /** How many are ahead of a player. */
  rank(name: string): Promise<number>;
  score(name: string): Promise<number>;
  /** How long the server works on one rank, in microseconds. */
  micros(names: readonly string[]): Promise<number>;
}

const RESULTS = "json_to_recordset($1) AS r(name text, score bigint, second int)";
const AHEAD = `SELECT count(*) AS rank FROM board
  WHERE (score, -second) > (SELECT score, -second FROM board WHERE name = $1)`;

const sql = async (_redis: RedisFace, database: Postgres): Promise<Board> => {
  await database.query("CREATE TABLE board (name text PRIMARY KEY, score bigint, second int)");
  await database.query("CREATE INDEX ON board (score, (-second))");
  return {
    async report(results) {
      await database.query(`INSERT INTO board SELECT * FROM ${RESULTS}`, [JSON.stringify(results)]);
      await database.query("ANALYZE board");
    },
    rank: async (name) => Number((await database.query(AHEAD, [name])).rows[0].rank),
    async score(name) {
      const found = await database.query("SELECT score FROM board WHERE name = $1", [name]);
      return Number(found.rows[0].score);
    },
    async micros(names) {
      const times = await repeat(10, async (turn) => {
        const explain = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${AHEAD}`;
        const { rows } = await database.query(explain, [names[turn]]);
        return 1_000 * rows[0]["QUERY PLAN"][0]["Execution Time"];
      });
      return mean(times);
    },
  };
};

/** A sorted set whose numbers are made of a result, and read back, by these two. */
const sortedBy =
  (numberOf: (result: Result) => number, scoreOf: (number: number) => number) =>
  async (redis: RedisFace): Promise<Board> => {
    const client = await redis.connect();
    const rank = async (name: string) => (await client.zrevrank("board", name))!;
    return {
      report: (results) =>
        client.zadd("board", ...results.flatMap((one) => [numberOf(one), one.name])),
      rank,
      score: async (name) => scoreOf(Number(await client.zscore("board", name))),
      async micros(names) {
        await Promise.all(names.map(rank)); // many, since a single one is over in no time
        const { micros, calls } = await workOn(redis, "zrevrank");
        return micros / calls;
      },
    };
  };

const sortedSet = sortedBy(
  ({ score }) => score,
  (number) => number,
);

const composite = sortedBy(
  ({ score, second }) => {
    let number = score * SEASON;
    number += SEASON - 1 - second; // matters: Of two equal scores, the one reached first is ahead
    return number;
  },
  (number) => Math.floor(number / SEASON),
);

export default lab({
  title: "Leaderboard with a sorted set",
  question: "What is my rank among all players - and who is ahead when two have the same score?",
  services: { redis, postgres },
  knobs: { players: { value: 20_000, from: 1_000, to: 100_000 }, ranks: 1_000 },
  arms: { sql, "sorted-set": sortedSet, composite },

  async trial(open, { redis, postgres, knobs }) {
    const board = await open(redis, await postgres.connect());
    const player = (n: number) => ({ name: `player ${n}`, score: n, second: 0 });
    const players = Array.from({ length: knobs.players }, (_, n) => player(n));
    await board.report(players);
    const micros = await board.micros(players.slice(0, knobs.ranks).map(({ name }) => name));

    // Three reach the same score, one after the other. By name alone the last would be ahead.
    const tied = ["ann", "bob", "cem"];
    await board.report(tied.map((name, second) => ({ name, score: 2_000_000, second })));
    const ranks = await Promise.all(tied.map((name) => board.rank(name)));
    const large = 1_234_567_890_123;
    await board.report([{ name: "rich", score: large, second: 100 }]);
    return {
      micros,
      wrongOrders: ranks.filter((rank, index) => rank !== index).length,
      rounded: Math.abs((await board.score("rich")) - large),
    };
  },

  claims: {
    "A rank takes the server at most a hundred times as long as ZREVRANK": {
      ratio: (found) => found.micros,
      to: "composite",
      atMost: 100,
      brokenBy: ["sql"],
    },
    "Of two equal scores, the one reached first is ahead": {
      holds: (found) => found.wrongOrders === 0,
      brokenBy: ["sorted-set"],
    },
    "Scores of 13 digits stay exact": {
      holds: (found) => found.rounded === 0,
      brokenBy: ["composite"],
    },
  },

  measures: {
    "server time per rank": { unit: "us", of: (found) => found.micros },
    "wrong places among ties": (found) => found.wrongOrders,
    "points lost by rounding": (found) => found.rounded,
  },
});
