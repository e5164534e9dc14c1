// What counting costs: the writes of the Redis pipelining lab by a bare client, and by one whose
// sockets are counted, in turn in one process.
// usage: node test/bench/counters.ts [TURNS]

import { countsOf, numbered, pairedRatio, percentile, SocketCounter } from "#kit";
import { connectRedis, type Redis, redis } from "#services/redis";
import { table } from "../../cli/view/table.ts";
import { Launcher } from "../../runner/launch.ts";
import { Server } from "../../runner/server.ts";

const TURNS = Number(process.argv[2] ?? 60);
const KEYS = numbered("price", 1_000);

const JOBS: Readonly<Record<string, (client: Redis) => Promise<unknown>>> = {
  "one by one": async (client) => {
    for (const key of KEYS) await client.set(key, "1", "EX", 3_600);
  },
  pipeline: (client) => {
    const batch = client.pipeline();
    for (const key of KEYS) batch.set(key, "1", "EX", 3_600);
    return batch.exec();
  },
};

await using launcher = new Launcher();
await using server = await Server.start(redis, redis.chosen, launcher, () => {});
const { address } = server.where;
await using bare = await connectRedis(address); // opened before anything is counted
using counter = new SocketCounter();
await using counted = await connectRedis(address);
const meter = { counts: () => counter.counts(new Set([address.port])) };

const rows = [["1,000 writes", "bare", "counted", "ratio", "95 %", "target"]];
for (const [name, job] of Object.entries(JOBS)) {
  const without: number[] = [];
  const withCounts: number[] = [];
  const sides = [
    { times: without, run: () => job(bare) },
    { times: withCounts, run: () => countsOf(meter, () => job(counted)) },
  ];
  for (let turn = -5; turn < TURNS; turn++) {
    for (const { times, run } of turn % 2 === 0 ? sides : sides.toReversed()) {
      const began = performance.now();
      await run();
      if (turn >= 0) times.push(performance.now() - began); // the first ones warm up
    }
  }
  const { median, low, high } = pairedRatio(withCounts, without);
  rows.push([
    ...[
      name,
      `${percentile(without, 50).toFixed(1)} ms`,
      `${percentile(withCounts, 50).toFixed(1)} ms`,
      median.toFixed(3),
    ],
    ...[`${low.toFixed(3)} to ${high.toFixed(3)}`, "at most 1.02"],
  ]);
}
console.log(table(rows).join("\n"));
