// Kafka, without ZooKeeper. Labs share one broker and each puts its own prefix before the names of
// its topics and groups; a lab that kills the broker gets a broker of its own.

import type {
  Admin,
  AdminOptions,
  Consumer,
  ConsumerOptions,
  Producer,
  ProducerOptions,
} from "@platformatic/kafka";
import { type Address, type At, closing, service, until } from "#kit";
import { brokerCommand, formatted, type KafkaOptions, knownBrokers } from "./kafka-broker.ts";
import { kafkaInCache, kafkaJars } from "./kafka-jars.ts";

/** Clients of @platformatic/kafka that `await using` closes. Keys, values and headers are text. */
export type KafkaAdmin = Admin & AsyncDisposable;
export type KafkaProducer = Producer<string, string, string, string> & AsyncDisposable;
export type KafkaConsumer = Consumer<string, string, string, string> & AsyncDisposable;

/** What a lab does with Kafka. */
export interface KafkaFace {
  /** host:port of each broker. They also tell clients where they are, so a link is soon left. */
  readonly brokers: string[];
  /** The name that a topic, a group or a transaction of the lab has in the broker. */
  name(name: string): string;
  /** Makes a topic with its leaders in place, and returns the name that it has in the broker. */
  topic(name: string, options?: TopicOptions): Promise<string>;
  admin(options?: Partial<AdminOptions>): Promise<KafkaAdmin>;
  producer(
    options?: Partial<ProducerOptions<string, string, string, string>>,
  ): Promise<KafkaProducer>;
  /** The group's name is put behind the lab's prefix. */
  consumer(
    options: { groupId: string } & Partial<ConsumerOptions<string, string, string, string>>,
  ): Promise<KafkaConsumer>;
}

/** How a topic is made; one partition and the broker's own settings by default. */
export interface TopicOptions {
  readonly partitions?: number;
  readonly replicas?: number;
  /** Settings of the topic, by name. */
  readonly config?: Readonly<Record<string, string>>;
}

export const kafka = service<KafkaOptions, KafkaFace>({
  name: "kafka",
  image: "apache/kafka:4.1.1",
  port: 9092,
  program: "kafka-server-start",
  packages: { apt: "default-jdk-headless maven", dnf: "java-devel maven", brew: "kafka" },
  version: { args: ["--version"], pattern: /^(\d+\.\d+\.\d+)/m, atLeast: "4.0.0" },
  embedded: kafkaInCache,
  download: kafkaJars,
  options: { config: {} },
  ports: () => ["controller"],
  prepare: () => formatted,
  command: brokerCommand,
  ready: async (place) => {
    if ((await knownBrokers(place)) === 0) throw new Error("it has not joined itself yet");
  },
  form: coordinate,
  startSeconds: 60,
  tenants: {
    open: async () => {},
    close: (first, name) => clear([`${first.host}:${first.port}`], prefixOf(name)),
  },
  reset: (at) => clear(brokersOf(at), prefixOf(at.tenant)),
  open: openKafka,
});

/**
 * Has the broker make its topics for the offsets of groups and the state of transactions. Else the
 * first group and the first transaction do, and their clients come back for it a second later.
 */
export async function coordinate(places: Readonly<Record<string, Address>>): Promise<void> {
  const { FindCoordinatorKeyTypes: keyTypes } = await import("@platformatic/kafka");
  const brokers = Object.values(places).map(({ host, port }) => `${host}:${port}`);
  await using admin = await connectAdmin(brokers, { retries: false });
  for (const keyType of [keyTypes.GROUP, keyTypes.TRANSACTION]) {
    await until("a coordinator", async () => {
      await admin.findCoordinator({ keyType, keys: ["any"] });
      return true;
    });
  }
}

function prefixOf(tenant: string): string {
  return tenant && `${tenant}.`;
}

/** host:port of each broker, the first one through the link, where there is one. */
export function brokersOf(at: At): string[] {
  const addresses: Address[] = [at.address, ...Object.values(at.nodes).slice(1)];
  return addresses.map(({ host, port }) => `${host}:${port}`);
}

/** Builds the face of a broker or a cluster. */
export function openKafka(at: At): KafkaFace {
  const brokers = brokersOf(at);
  const name = (plain: string) => prefixOf(at.tenant) + plain;
  const common = { clientId: "pareto", bootstrapBrokers: brokers };
  return {
    brokers,
    name,
    async topic(plain, { partitions = 1, replicas, config = {} } = {}) {
      await using admin = await connectAdmin(brokers);
      const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
      const topics = [{ topic: name(plain), partitions, replicas }];
      await admin.createTopics({ topics, configs });
      await until(`leaders for ${plain}`, () => isLed(admin, name(plain)));
      return name(plain);
    },
    admin: async (options) => at.own(await connectAdmin(brokers, options)),
    async producer(options) {
      const { Producer, stringSerializers } = await import("@platformatic/kafka");
      const producer = new Producer({ ...common, serializers: stringSerializers, ...options });
      return at.own(closing(producer, () => hangUp(producer)));
    },
    async consumer({ groupId, ...options }) {
      const { Consumer, stringDeserializers } = await import("@platformatic/kafka");
      const group = { groupId: name(groupId), deserializers: stringDeserializers };
      const consumer = new Consumer({ ...common, ...group, ...options });
      // A rejoin that fails, as when the end of a trial cuts it off, is no call that could reject,
      // and without a listener it ends the lab. A lost member shows in records that do not come.
      consumer.on("error", () => {});
      return at.own(closing(consumer, () => hangUp(consumer)));
    },
  };
}

async function isLed(admin: Admin, topic: string): Promise<boolean> {
  const partitions = await partitionsOf(admin, topic);
  return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
}

/** What a broker says of a topic's partitions now: ids of the leader, of replicas, of those in sync. */
export async function partitionsOf(admin: Admin, topic: string) {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true, retries: 0 });
  return topics.get(topic)?.partitions ?? [];
}

/** How long a broker may take to say goodbye; a paused or dead one never does. */
const GOODBYE_MS = 500;

/** A client whose connections can be cut where it cannot say goodbye. */
interface Client {
  close(force: boolean): Promise<void>;
  readonly connections: { close(): Promise<void> };
}

/** Closes a client in good order, or its connections at least, where the broker does not answer. */
async function hangUp(client: Client): Promise<void> {
  const late = setTimeout(() => client.connections.close().catch(() => {}), GOODBYE_MS);
  await client.close(true).catch(() => {});
  clearTimeout(late);
}

/** Opens an admin client that `await using` closes. */
export async function connectAdmin(
  brokers: string[],
  options: Partial<AdminOptions> = {},
): Promise<KafkaAdmin> {
  const { Admin } = await import("@platformatic/kafka");
  const admin = new Admin({ clientId: "pareto", bootstrapBrokers: brokers, ...options });
  return closing(admin, () => admin.close());
}

/** Deletes the topics and groups behind a prefix: what a trial left must not help or hurt the next. */
export async function clear(brokers: string[], prefix: string): Promise<void> {
  await using admin = await connectAdmin(brokers);
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  // A member whose goodbye was late may leave by itself between being seen and being removed, and
  // who has left cannot be removed: then the group is looked at again.
  await until("the groups to go", async () => {
    const groups = [...(await admin.listGroups()).keys()].filter((name) => name.startsWith(prefix));
    for (const groupId of groups) await admin.removeMembersFromConsumerGroup({ groupId });
    if (groups.length > 0) await admin.deleteGroups({ groups });
    return true;
  });
}
