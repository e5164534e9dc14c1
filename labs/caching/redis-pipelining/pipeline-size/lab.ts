// The longer a pipeline, the fewer round trips. But until the client has read the replies they wait
// somewhere, and that is the server's memory. Here the link holds them back until the server has
// run all that it was sent, as for a client that is busy or far away.

import { lab, link, until } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

const PAGE = "page:7";

/** How many commands go into one pipeline. */
type Length = (knobs: { readonly commands: number; readonly chunk: number }) => number;

const allAtOnce: Length = ({ commands }) => commands;
const chunks: Length = ({ chunk }) => chunk;
const oneByOne: Length = () => 1;

/** Reads the page so many times, in pipelines of one length. */
async function read(client: Redis, times: number, length: number) {
  let [roundTrips, replies] = [0, 0];
  for (let sent = 0; sent < times; sent += length) {
    const pipeline = client.pipeline();
    for (let turn = sent; turn < Math.min(sent + length, times); turn++) pipeline.get(PAGE);
    const results = (await pipeline.exec()) ?? [];
    roundTrips += 1;
    replies += results.filter(([error]) => !error).length;
  }
  return { roundTrips, replies };
}

export default lab({
  title: "How long may a pipeline be?",
  question: "If one round trip is good, why not put two thousand commands into a single pipeline?",
  services: { redis },
  knobs: { commands: 2000, valueBytes: 15_000, chunk: 40, limitMb: 8 },
  arms: { "all-at-once": allAtOnce, chunks, "one-by-one": oneByOne },

  async trial(lengthOf, { redis, knobs }) {
    const length = lengthOf(knobs);
    await using wire = await link(redis.address);
    const observer = await redis.connect();
    await observer.set(PAGE, "x".repeat(knobs.valueBytes));

    /** Reads over a link that is stuck at first; the server may hold so much for a client. */
    const readSlowly = async (limit: string) => {
      await observer.config("SET", "client-output-buffer-limit", `normal ${limit} 0 0`);
      await observer.config("RESETSTAT");
      const reader = await redis.through(wire).connect({ retryStrategy: () => null });
      const id = await reader.client("ID");
      wire.after({ replyBytes: 0 }).hold();
      const reading = read(reader, knobs.commands, length);
      const { bytes } = await until("the server to run what it was sent, or to cut", async () => {
        const { calls } = await workOn(redis, "get");
        const [, bytes] = /omem=(\d+)/.exec(String(await observer.client("LIST", "ID", id))) ?? [];
        return (calls === length || bytes === undefined) && { bytes: Number(bytes ?? 0) };
      });
      wire.release();
      return { bytes, ...(await reading) };
    };

    const { bytes } = await readSlowly("0");
    const { replies, roundTrips } = await readSlowly(`${knobs.limitMb}mb`);
    return { megabytes: bytes / 2 ** 20, replies, lost: knobs.commands - replies, roundTrips };
  },

  claims: {
    "Every reply arrives": { holds: (found) => found.lost === 0, brokenBy: ["all-at-once"] },
    "The server holds less than 4 MB of unread replies": {
      holds: (found) => found.megabytes < 4,
      brokenBy: ["all-at-once"],
    },
    "There are fewer than a hundred round trips": {
      holds: (found) => found.roundTrips < 100,
      brokenBy: ["one-by-one"],
    },
    "The whole batch is a single round trip": {
      holds: (found) => found.roundTrips === 1,
      brokenBy: ["chunks", "one-by-one"],
    },
  },

  measures: {
    "replies received": (found) => found.replies,
    "peak omem": { unit: "MB", of: (found) => found.megabytes },
    "round trips": (found) => found.roundTrips,
  },
});
