// Three brokers of Kafka, for what a single one cannot show: replicas of partitions, and what
// becomes of them when brokers die. Each broker is also one of the three controllers.

import { type Address, numbered, service, until } from "#kit";
import {
  brokersOf,
  connectAdmin,
  coordinate,
  type KafkaFace,
  kafka,
  openKafka,
  partitionsOf,
} from "./kafka.ts";
import { type KafkaOptions, knownBrokers } from "./kafka-broker.ts";

/** Who holds a partition now, by the names of the nodes: "kafka-1" and so on. */
export interface Holders {
  /** Undefined while there is none. */
  readonly leader: string | undefined;
  readonly inSync: readonly string[];
}

/** What a lab does with the cluster. */
export interface KafkaClusterFace extends KafkaFace {
  /** Asks who holds a partition of a topic, the first by default. */
  holders(topic: string, partition?: number): Promise<Holders>;
}

interface Options extends KafkaOptions {
  readonly brokers: number;
}

export const kafkaCluster = service<Options, KafkaClusterFace>({
  ...kafka.form,
  name: "kafka-cluster",
  options: { brokers: 3, config: {} },
  nodes: ({ brokers }) => numbered("kafka", brokers),
  form: async (places) => {
    await allKnown(Object.values(places));
    await coordinate(places);
  },
  startSeconds: 120,
  tenants: undefined,
  reset: async (at) => {
    await allKnown(Object.values(at.nodes));
    await kafka.form.reset?.(at);
  },
  open: (at) => ({
    ...openKafka(at),
    async holders(topic, partition = 0) {
      await using admin = await connectAdmin(brokersOf(at));
      const found = (await partitionsOf(admin, topic))[partition];
      if (!found) throw new Error(`${topic} has no partition ${partition}`);
      const named = (id: number) => `kafka-${id}`;
      return {
        leader: found.leader < 0 ? undefined : named(found.leader),
        inSync: found.isr.map(named),
      };
    },
  }),
});

/** Waits until every broker knows of every other. */
async function allKnown(brokers: readonly Address[]): Promise<void> {
  await until(
    "the brokers to know each other",
    async () => {
      const known = await Promise.all(brokers.map(knownBrokers));
      return known.every((count) => count === brokers.length);
    },
    { withinMs: 30_000 },
  );
}
