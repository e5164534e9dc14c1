// A slot moves to another master while clients write to it. If its keys are copied first and the slot
// is handed over then, a write in between changes a key that nobody will read again. MIGRATE moves a
// key in one step, so that at every moment one node alone answers for it.

import { type Address, lab, until } from "#kit";
import { slotOf } from "#patterns/hash-slot";
import type { Redis } from "#services/redis";
import { type Cluster, redisCluster } from "#services/redis-cluster";

/** A slot in use that shall move. */
interface Moving {
  readonly slot: number;
  /** Its keys. Half way through, clients work on some that have moved and on some that have not. */
  readonly keys: AsyncIterable<string>;
  readonly source: Redis;
  readonly target: Redis;
  /** Where the target listens. */
  readonly to: Address;
}

type Move = (moving: Moving) => Promise<void>;

const copyThenSwitch: Move = async ({ slot, keys, source, target }) => {
  await target.cluster("SETSLOT", slot, "IMPORTING", await source.cluster("MYID"));
  for await (const key of keys) {
    const copy = await source.dumpBuffer(key);
    target.asking(); // else the target takes nothing into a slot that is not its own
    await target.restore(key, 0, copy);
  }
  await handOver(slot, source, target);
};

const pause: Move = async (moving) => {
  await moving.source.client("PAUSE", 60_000, "WRITE"); // matters: No acknowledged write is lost
  await copyThenSwitch(moving);
  await moving.source.client("UNPAUSE");
};

const migrate: Move = async ({ slot, keys, source, target, to }) => {
  await target.cluster("SETSLOT", slot, "IMPORTING", await source.cluster("MYID"));
  const id = await target.cluster("MYID");
  await source.cluster("SETSLOT", slot, "MIGRATING", id); // matters: No acknowledged write is lost
  for await (const key of keys) await source.migrate(to.host, to.port, key, 0, 5_000);
  await handOver(slot, source, target);
};

/** Makes the target the owner, and waits until the source knows; what it has left is deleted. */
async function handOver(slot: number, source: Redis, target: Redis): Promise<void> {
  await target.cluster("SETSLOT", slot, "NODE", await target.cluster("MYID"));
  const isKnown = async () => (await source.cluster("COUNTKEYSINSLOT", slot)) === 0;
  await until("the source to give the slot up", isKnown);
}

/** Writes two keys and reads them at once; tells how many writes are held, and if both were read. */
async function work([writer, reader]: readonly Cluster[], source: Redis, keys: readonly string[]) {
  let answered = 0;
  const writes = keys.map(async (key) => {
    await writer!.set(key, "new");
    answered += 1;
  });
  const areHeld = async () => /flags=\w*b/.test(String(await source.client("LIST")));
  await until("the writes to be answered or held", async () => answered === 2 || areHeld());
  const held = 2 - answered;
  const reads = await reader!.mget(...keys).catch(() => []);
  return { writes: Promise.all(writes), held, readBoth: reads.filter(Boolean).length === 2 };
}

export default lab({
  title: "Scaling out while clients write",
  question:
    "Another node takes over a slot that is in use - which way loses writes, which makes them wait, and which breaks MGET?",
  services: { cluster: redisCluster.with({ replicas: [] }) },
  knobs: { keys: { value: 200, from: 2, to: 2_000 }, valueBytes: 1_000 },
  arms: { "copy-then-switch": copyThenSwitch, migrate, pause },

  async trial(move, { cluster, knobs }) {
    const names = Array.from({ length: knobs.keys }, (_, index) => `{alice}:${index}`);
    const open = () => cluster.connect({ maxRedirections: 3, retryDelayOnTryAgain: 1 });
    const clients = [await open(), await open()]; // a held write holds what is sent after it as well
    await Promise.all(names.map((name) => clients[0]!.set(name, "x".repeat(knobs.valueBytes))));
    const source = await cluster.node("master-1").connect();
    const target = await cluster.node("master-2").connect();

    const used = [names[0]!, names.at(-1)!]; // one moves in the first half, one in the second
    let worked: Awaited<ReturnType<typeof work>> | undefined;
    async function* keys() {
      for (const [index, name] of names.entries()) {
        if (index === Math.floor(names.length / 2)) worked = await work(clients, source, used);
        yield name;
      }
    }
    const to = cluster.nodes["master-2"]!;
    await move({ slot: slotOf("{alice}"), keys: keys(), source, target, to });
    const { writes, held, readBoth } = worked!;
    await writes;
    const found = await target.mget(...used);
    return { held, readBoth, lost: found.filter((value) => value !== "new").length };
  },

  claims: {
    "No acknowledged write is lost": {
      holds: (found) => found.lost === 0,
      brokenBy: ["copy-then-switch"],
    },
    "Every write is answered at once": { holds: (found) => found.held === 0, brokenBy: ["pause"] },
    "An MGET on keys of the slot works throughout": {
      holds: (found) => found.readBoth,
      brokenBy: ["migrate"],
    },
  },

  measures: {
    "writes lost": (found) => found.lost,
    "writes held until the end": (found) => found.held,
    "multi-key reads refused": (found) => Number(!found.readBoth),
  },
});
