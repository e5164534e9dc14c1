// Redis keeps each script that it has run under the hash of its text, so that a client may send the
// hash alone. That is a cache: a restart empties it, and a text with values pasted into it is a new
// script every time. A function is data: it has a name, and is persisted and replicated like keys.

import { createHash } from "node:crypto";
import { countsOf, lab, link, repeat } from "#kit";
import { type Redis, redis } from "#services/redis";

const AUCTION = "auction:7";

// Takes a bid that is higher than all before.
const BID = `
  local highest = tonumber(redis.call("GET", KEYS[1]) or 0)
  if tonumber(ARGV[1]) > highest then redis.call("SET", KEYS[1], ARGV[1]) end
  return highest
`;
const SHA = createHash("sha1").update(BID).digest("hex");
const LIBRARY = `#!lua name=auction
  redis.register_function("bid", function(KEYS, ARGV) ${BID} end)
`;

type Command = [name: string, ...args: (string | number)[]];

interface Way {
  /** Sent once, when the application starts. */
  readonly install?: Command;
  /** Sent for each bid. */
  readonly call: (bid: number) => Command;
  /** Sent instead when the server says that it does not know the script. */
  readonly unknown?: (bid: number) => Command;
}

const interpolated: Way = {
  call: (bid) => ["EVAL", BID.replaceAll("ARGV[1]", `"${bid}"`), 1, AUCTION],
};

const evalsha: Way = {
  install: ["SCRIPT", "LOAD", BID],
  call: (bid) => ["EVALSHA", SHA, 1, AUCTION, bid],
};

const fallback: Way = {
  call: evalsha.call,
  unknown: (bid) => ["EVAL", BID, 1, AUCTION, bid], // matters: It works right after a restart; It works on a fresh server
};

const fcall: Way = {
  install: ["FUNCTION", "LOAD", LIBRARY],
  call: (bid) => ["FCALL", "bid", 1, AUCTION, bid],
};

/** Places a bid and tells whether that worked. */
async function place(client: Redis, way: Way, bid: number): Promise<boolean> {
  try {
    await client.call(...way.call(bid));
  } catch (error) {
    if (!way.unknown || !String(error).includes("NOSCRIPT")) return false;
    await client.call(...way.unknown(bid));
  }
  return true;
}

export default lab({
  title: "Script caching and reuse",
  question: "What becomes of your scripts when Redis restarts, and what do they cost until then?",
  services: { redis: redis.with({ config: { appendonly: "yes" } }) },
  knobs: { calls: 1000 },
  arms: { interpolated, evalsha, fallback, function: fcall },

  async trial(way, { redis, knobs }) {
    await using wire = await link(redis.address);
    const client = await redis.through(wire).connect();
    const fresh = await place(client, way, 1);

    if (way.install) await client.call(...way.install);
    const { requestBytes } = await countsOf(wire, () =>
      repeat(knobs.calls, (turn) => place(client, way, turn + 1)),
    );
    const memory = await redis.info("memory");

    await redis.kill();
    await redis.restart();
    const successor = await redis.connect();
    const bids = successor.multi().incr("bids");
    const replies = (await bids.call(...way.call(knobs.calls + 1)).exec()) ?? [];
    return {
      fresh,
      bytesPerCall: requestBytes / knobs.calls,
      scripts: memory.number_of_cached_scripts ?? 0,
      kilobytes: (memory.used_memory_scripts ?? 0) / 1024,
      inTransaction: replies.every(([error]) => !error),
      afterwards: await place(successor, way, knobs.calls + 2),
    };
  },

  claims: {
    "Script memory does not grow with the calls": {
      holds: (found) => found.scripts <= 1,
      brokenBy: ["interpolated"],
    },
    "It works right after a restart": { holds: (found) => found.afterwards, brokenBy: ["evalsha"] },
    "It works in a transaction after a restart": {
      holds: (found) => found.inTransaction,
      brokenBy: ["evalsha", "fallback"],
    },
    "It works on a fresh server": {
      holds: (found) => found.fresh,
      brokenBy: ["evalsha", "function"],
    },
  },

  measures: {
    "bytes per call": { unit: "bytes", of: (found) => found.bytesPerCall },
    "cached scripts": (found) => found.scripts,
    "script memory": { unit: "KB", of: (found) => found.kilobytes },
    "calls that failed after the restart": (found) =>
      Number(!found.inTransaction) + Number(!found.afterwards),
  },
});
