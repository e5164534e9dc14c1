// A hundred views are counted in one pipeline, and the connection breaks before any reply is back.
// The client cannot know whether its requests got lost or only their replies. ioredis sends all of
// them again: whatever had arrived is then counted twice, and nobody is told.

import { lab, link, numbered, sum, until } from "#kit";
import { bytesOfKeys } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

const VIEWS = "article:7:views";

type Pipeline = ReturnType<Redis["pipeline"]>;

const counter = {
  add: (pipeline: Pipeline, _view: string) => pipeline.incr(VIEWS),
  count: async (client: Redis) => Number(await client.get(VIEWS)),
};

const set = {
  add: (pipeline: Pipeline, view: string) => pipeline.sadd(VIEWS, view), // a second time: no change
  count: (client: Redis) => client.scard(VIEWS),
};

export default lab({
  title: "A connection lost in the middle of a pipeline",
  question:
    "The connection broke before the replies came: which increments were made, and which twice?",
  services: { redis },
  knobs: { increments: 100 },
  arms: {
    resend: { views: counter, options: {} },
    "give-up": { views: counter, options: { maxRetriesPerRequest: 0 } },
    keyed: { views: set, options: {} },
  },

  async trial({ views, options }, { redis, knobs: { increments } }) {
    await using wire = await link(redis.address, { trace: "resp" });
    const observer = await redis.connect();
    const names = numbered("view", increments);
    await views.add(observer.pipeline(), names[0]!).exec();
    const bytesOfOne = await bytesOfKeys(observer);

    const applied: number[] = [];
    let errors = 0;
    for (const delivered of [increments, Math.floor(increments / 2)]) {
      await observer.flushall();
      const client = await redis.through(wire).connect({ retryStrategy: () => 1, ...options });
      const pipeline = client.pipeline();
      for (const view of names) views.add(pipeline, view);

      wire.after({ requests: delivered }).hold();
      wire.after({ replies: 0 }).hold();
      const sending = pipeline.exec();
      await until("what is let through", async () => (await views.count(observer)) === delivered);
      wire.reset();
      wire.release();

      const replies = (await sending) ?? [];
      errors += replies.filter(([error]) => error).length;
      applied.push(await views.count(observer));
    }
    return {
      asked: 2 * increments,
      applied,
      errors,
      twice: sum(applied.map((count) => Math.max(0, count - increments))),
      missing: sum(applied.map((count) => Math.max(0, increments - count))),
      bytesPerIncrement: ((await bytesOfKeys(observer)) - bytesOfOne) / increments,
    };
  },

  claims: {
    "Nothing is applied twice": { holds: (found) => found.twice === 0, brokenBy: ["resend"] },
    "Nothing is missing in the end": {
      holds: (found) => found.missing === 0,
      brokenBy: ["give-up"],
    },
    "No memory is kept for each increment": {
      holds: (found) => found.bytesPerIncrement === 0,
      brokenBy: ["keyed"],
    },
  },

  measures: {
    "increments asked for": (found) => found.asked,
    "increments applied": (found) => sum(found.applied),
    "errors that the caller saw": (found) => found.errors,
    "memory per increment": { unit: "bytes", of: (found) => found.bytesPerIncrement },
  },
});
