// PUBLISH hands a message to those who listen at that moment, and forgets it. Who is away misses it,
// and who reads too slowly is disconnected, because what waits for a reader waits in the memory of
// Redis. A list for each reader or one stream for all keeps messages - also those nobody wants.

import { lab, link, numbered, repeat } from "#kit";
import { bytesOfKeys, workOn } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

const NEWS = "news";
const ALL = 1_000_000;

/** Returns what has come for the subscriber since it was asked last. */
type Fetch = () => Promise<string[]>;

interface Channel {
  publish(client: Redis, message: string, subscribers: readonly string[]): Promise<unknown>;
  listen(client: Redis, subscriber: string): Promise<Fetch>;
}

const pubsub = (): Channel => ({
  publish: (client, message) => client.publish(NEWS, message),
  async listen(client) {
    const heard: string[] = [];
    client.on("message", (_channel, message) => heard.push(message));
    await client.subscribe(NEWS);
    return async () => {
      await client.ping(); // its reply comes behind all messages that were sent before
      return heard.splice(0);
    };
  },
});

const inbox = (): Channel => ({
  publish: (client, message, subscribers) =>
    Promise.all(subscribers.map((one) => client.lpush(`inbox:${one}`, message))),
  listen: async (client, subscriber) => async () =>
    (await client.rpop(`inbox:${subscriber}`, ALL)) ?? [],
});

const stream = (): Channel => {
  const seen = new Map<string, string>(); // each reader keeps it where it keeps its own data
  return {
    publish: (client, message) => client.xadd(NEWS, "*", "text", message),
    async listen(client, subscriber) {
      const [newest] = await client.xrevrange(NEWS, "+", "-", "COUNT", 1);
      let last = newest?.[0] ?? "0";
      last = seen.get(subscriber) ?? "0"; // matters: A subscriber that was away gets what it missed
      return async () => {
        const [[, entries] = ["", []]] = (await client.xread("STREAMS", NEWS, last)) ?? [];
        last = entries.at(-1)?.[0] ?? last;
        seen.set(subscriber, last);
        return entries.map(([, fields]) => fields[1]!);
      };
    },
  };
};

export default lab({
  title: "Pub/Sub forgets",
  question: "What happens to a message when a subscriber is away, or reads too slowly?",
  services: { redis },
  knobs: { messages: 100, subscribers: 5, megabytes: { value: 16, from: 1, to: 64 } },
  arms: { pubsub, inbox, stream },

  async trial(build, { redis, knobs }) {
    const client = await redis.connect();
    await client.config("SET", "client-output-buffer-limit", "pubsub 1mb 0 0");
    const channel = build();
    const names = numbered("subscriber", knobs.subscribers);
    const [reader = ""] = names; // the others never fetch anything
    const send = (text: string) =>
      repeat(knobs.messages, () => channel.publish(client, text, names));
    const heard: string[] = [];
    const attend = async (text: string) => {
      await using subscriber = await redis.connect();
      const fetch = await channel.listen(subscriber, reader);
      await send(text);
      heard.push(...(await fetch()));
    };
    await attend("early");
    await send("while the reader was away");
    await attend("late");
    const { calls } = await workOn(redis, "publish", "lpush", "xadd");
    const bytesLeft = await bytesOfKeys(client);

    await client.flushall();
    await using wire = await link(redis.address);
    const slow = await redis.through(wire).connect({ connectionName: "slow" });
    const fetchSlow = await channel.listen(slow, "slow");
    wire.cut("replies"); // the slow one reads nothing for a while
    // The first megabytes go into the buffers on the way, and only then into those of Redis.
    const bulk = Array.from({ length: 100 * knobs.megabytes }, () => "x".repeat(10_000));
    await Promise.all(bulk.map((message) => channel.publish(client, message, ["slow"])));
    const connected = String(await client.client("LIST")).includes("name=slow");
    wire.heal();
    return {
      missed: 3 * knobs.messages - heard.length,
      slowMissed: bulk.length - (connected ? (await fetchSlow()).length : 0),
      dropped: Number(!connected),
      commandsPerMessage: calls / (3 * knobs.messages),
      bytesLeft,
    };
  },

  claims: {
    "A subscriber that was away gets what it missed": {
      holds: (found) => found.missed === 0,
      brokenBy: ["pubsub"],
    },
    "A slow subscriber is not thrown out": {
      holds: (found) => found.dropped === 0 && found.slowMissed === 0,
      brokenBy: ["pubsub"],
    },
    "The publisher writes a message once": {
      holds: (found) => found.commandsPerMessage === 1,
      brokenBy: ["inbox"],
    },
    "A message that nobody fetches takes no memory": {
      holds: (found) => found.bytesLeft === 0,
      brokenBy: ["inbox", "stream"],
    },
  },

  measures: {
    "messages missed": (found) => found.missed,
    "subscribers dropped": (found) => found.dropped,
    "commands per message": (found) => found.commandsPerMessage,
    "bytes left": { unit: "bytes", of: (found) => found.bytesLeft },
  },
});
