// A Bloom filter answers "have I seen this?" from a string of bits. Adding sets the bits at a few
// positions that a hash makes of the element; whoever finds one of them clear was never added.
// Elements share their bits: too many of them set nearly all, and none can be taken out again.

import { createHash } from "node:crypto";
import { lab, numbered, sum } from "#kit";
import { bytesOfKeys } from "#patterns/redis-cost";
import { type Redis, redis } from "#services/redis";

interface Filter {
  add(client: Redis, elements: readonly string[]): Promise<unknown>;
  /** Takes elements out again, as well as this filter can. */
  remove(client: Redis, elements: readonly string[]): Promise<unknown>;
  /** How many of the elements are taken for known. */
  known(client: Redis, elements: readonly string[]): Promise<number>;
}

interface Plan {
  readonly elements: number;
  readonly bitsPerElement: number;
  readonly hashes: number;
}

function sizeOf({ elements, bitsPerElement }: Plan): number {
  let bits = elements;
  bits *= bitsPerElement; // matters: Fewer than 2 in 100 strangers are taken for known
  return Math.ceil(bits);
}

/** The positions of an element; two hashes make any number (Kirsch and Mitzenmacher, 2006). */
function positions(element: string, plan: Plan): number[] {
  const digest = createHash("sha256").update(element).digest();
  const [first, second] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  const bits = sizeOf(plan);
  return Array.from({ length: plan.hashes }, (_, index) => (first + index * second) % bits);
}

async function setBits(client: Redis, elements: readonly string[], plan: Plan, bit: 0 | 1) {
  const all = elements.flatMap((element) => positions(element, plan));
  await Promise.all(all.map((position) => client.setbit("seen", position, bit)));
}

const set = (): Filter => ({
  add: (client, elements) => client.sadd("seen", ...elements),
  remove: (client, elements) => client.srem("seen", ...elements),
  known: async (client, elements) => sum(await client.smismember("seen", ...elements)),
});

const bloom = (plan: Plan): Filter => ({
  async add(client, elements) {
    await client.setbit("seen", sizeOf(plan) - 1, 0); // allocates all of it, and nothing to spare
    await setBits(client, elements, plan, 1);
  },
  async remove() {}, // any of its bits may be another element's as well
  async known(client, elements) {
    const bitsOf = (element: string) =>
      Promise.all(positions(element, plan).map((position) => client.getbit("seen", position)));
    return (await Promise.all(elements.map(bitsOf))).filter((bits) => !bits.includes(0)).length;
  },
});

const overfull = (plan: Plan): Filter =>
  bloom({ ...plan, bitsPerElement: plan.bitsPerElement / 10 });

const forgetting = (plan: Plan): Filter => ({
  ...bloom(plan),
  remove: (client, elements) => setBits(client, elements, plan, 0),
});

export default lab({
  title: "A Bloom filter from bit operations",
  question:
    "How wrong is a filter built from SETBIT and GETBIT, and what happens when it is overfilled or asked to forget?",
  services: { redis },
  knobs: { elements: 2_000, bitsPerElement: 10, hashes: 7 },
  arms: { set, bloom, overfull, forgetting },

  async trial(build, { redis, knobs }) {
    const client = await redis.connect();
    const filter = build(knobs);
    const { elements } = knobs;
    const members = numbered("member", elements);
    const [gone, kept] = [members.slice(0, elements / 10), members.slice(elements / 10)];

    await filter.add(client, members);
    const bytesPerElement = (await bytesOfKeys(client)) / elements;
    const falsePositives = await filter.known(client, numbered("stranger", elements));
    await filter.remove(client, gone);
    const falseNegatives = kept.length - (await filter.known(client, kept));
    const notForgotten = await filter.known(client, gone);
    return { elements, bytesPerElement, falsePositives, falseNegatives, notForgotten };
  },

  claims: {
    "What was added is never denied": {
      holds: (found) => found.falseNegatives === 0,
      brokenBy: ["forgetting"],
    },
    "Fewer than 2 in 100 strangers are taken for known": {
      holds: (found) => found.falsePositives < 0.02 * found.elements,
      brokenBy: ["overfull"],
    },
    "An element costs under two bytes": {
      holds: (found) => found.bytesPerElement < 2,
      brokenBy: ["set"],
    },
    "An element can be taken out again": {
      holds: (found) => found.notForgotten === 0,
      brokenBy: ["bloom", "overfull"],
    },
  },

  measures: {
    "false positives": (found) => found.falsePositives,
    "false negatives": (found) => found.falseNegatives,
    "bytes per element": { unit: "bytes", of: (found) => found.bytesPerElement },
  },
});
