// The members of a group share the partitions out among them, and share them out again whenever one
// comes or goes. With the classic protocol everybody stops for that, and the client deals anew. A
// member with a name of its own (group.instance.id) gets back what it had if it returns in time, and
// for as long nobody else reads its partitions. In the protocol of Kafka 4 the broker moves what has
// to move, one partition after the other, and lets the rest alone.

import { lab, until } from "#kit";
import { kafka } from "#services/kafka";
import { processes } from "#services/processes";

const SESSION_MS = 700; // after so long without a heartbeat a member counts as dead
const STATIC_SESSION_MS = 20 * SESSION_MS; // longer than a restart takes

/** What a member with a certain name tells the broker of itself. */
type Membership = (name: string) => object;

const classic: Membership = () => ({ sessionTimeout: SESSION_MS, heartbeatInterval: 100 });

const named: Membership = (name) => ({
  sessionTimeout: STATIC_SESSION_MS,
  heartbeatInterval: 100,
  groupInstanceId: name, // matters: A member that dies and comes back interrupts nobody else
});

const nextGeneration: Membership = () => ({ groupProtocol: "consumer" }); // the broker has the times

/** A member whose join is refused, since others are joining too, comes back at once. */
const IMPATIENT = { retries: 100, retryDelay: 20, maxWaitTime: 100 };

export default lab({
  title: "Rebalancing: who keeps which partition",
  question: "A consumer joins, restarts or dies: how many partitions change hands?",
  services: {
    kafka: kafka.with({
      config: {
        "group.min.session.timeout.ms": "100",
        "group.consumer.min.session.timeout.ms": "100",
        "group.consumer.session.timeout.ms": String(SESSION_MS),
        "group.consumer.min.heartbeat.interval.ms": "100",
        "group.consumer.heartbeat.interval.ms": "100",
      },
    }),
    third: processes.with({ module: import.meta.resolve("./member.ts") }),
  },
  knobs: { partitions: 12 },
  arms: { classic, static: named, "next-generation": nextGeneration },

  async trial(membership, { kafka, third, knobs: { partitions } }) {
    const topic = await kafka.topic("orders", { partitions });
    const streams: { close(): Promise<void> }[] = [];
    let rebalances = 0;
    const join = async (name: string) => {
      const options = { ...IMPATIENT, ...membership(name) };
      const member = await kafka.consumer({ groupId: "shipping", ...options });
      member.on("consumer:group:rebalance", () => {
        rebalances += 1;
      });
      const stream = await member.consume({ topics: [topic] });
      streams.push(stream.resume());
      return () => member.assignments?.[0]?.partitions ?? [];
    };
    const owned = [await join("first"), await join("second")] as const;
    const shared = (members: number) => owned.every((of) => of().length === partitions / members);
    await until("two shares", () => shared(2));
    const before = owned.map((of) => of());

    await third.start({
      BROKER: kafka.brokers[0]!,
      GROUP: kafka.name("shipping"),
      TOPIC: topic,
      OPTIONS: JSON.stringify({ ...IMPATIENT, ...membership("third") }),
    });
    const ownedByThird = async () => Number(await (await fetch(third.urls[0]!)).text());
    const thirdShares = async () => shared(3) && (await ownedByThird()) === partitions / 3;
    await until("three shares", thirdShares, { everyMs: 20 });
    const [first = [], second = []] = owned.map((of) => of());
    const moved = [
      ...first.filter((partition) => before[1]?.includes(partition)),
      ...second.filter((partition) => before[0]?.includes(partition)),
    ];

    await third.kill();
    const soFar = rebalances;
    const limit = { withinMs: 4 * SESSION_MS };
    const readAgain = await until("two shares again", () => shared(2), limit).catch(() => false);
    const ownedByReturned = await join("third"); // from here this time, and under the same name
    await until("its share", () => ownedByReturned().length === partitions / 3 && shared(3));
    for (const stream of streams) await stream.close();
    return { moved: moved.length, readAgain, interruptions: rebalances - soFar };
  },

  claims: {
    "A newcomer takes its share and nothing else moves": {
      holds: (found) => found.moved === 0,
      brokenBy: ["classic", "static"],
    },
    "A member that dies and comes back interrupts nobody else": {
      holds: (found) => found.interruptions === 0,
      brokenBy: ["classic", "next-generation"],
    },
    "What a dead member read is read again within four sessions": {
      holds: (found) => found.readAgain,
      brokenBy: ["static"],
    },
  },

  measures: {
    "partitions moved needlessly": (found) => found.moved,
    "interruptions by a death and a return": (found) => found.interruptions,
  },
});
