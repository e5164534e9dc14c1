// How brokers of Kafka are started, alone or as a cluster. Each is also a controller (KRaft).

import { join } from "node:path";
import type { Address, Command, Files, Place, Preparation } from "#kit";
import { FORMAT } from "./kafka-jars.ts";
import { JVM } from "./maven.ts";
import { exchange } from "./tcp.ts";

/** What a lab may choose of a broker. */
export interface KafkaOptions {
  /** Settings of server.properties, by name. */
  readonly config: Readonly<Record<string, string>>;
}

const DATA = "data";

/** What formats a storage: as little as makes a node of both roles. */
const FORMATTING = {
  "process.roles": "broker,controller",
  "node.id": "1",
  "controller.quorum.voters": "1@127.0.0.1:9093",
  "controller.listener.names": "CONTROLLER",
  listeners: "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
  "log.dirs": DATA,
};

/** The storage of a broker, formatted, which takes longer than to start one. */
export const formatted: Preparation = {
  key: "storage",
  files: { "server.properties": properties(FORMATTING) },
  commands: () => [["kafka-storage", ...FORMAT, "server.properties"]],
};

/** Starts one broker; its id is its place among its peers, from 1. */
export function brokerCommand(place: Place<KafkaOptions>): Command {
  const { node, folder, peers, options } = place;
  const names = Object.keys(peers);
  const id = names.indexOf(node) + 1;
  return {
    args: ["server.properties"],
    env: { ...JVM, LOG_DIR: join(folder, "log") },
    files: {
      "server.properties": properties({ ...settings(place, id), ...options.config }),
      ...(names.length > 1 ? identity(id) : {}),
    },
  };
}

/** Settings for brokers that live for seconds and keep little: no waiting, and small buffers. */
function settings({ bind, host, port, ports, peers }: Place<KafkaOptions>, id: number) {
  const voters = Object.values(peers).map(
    (peer, index) => `${index + 1}@${peer.host}:${peer.ports.controller}`,
  );
  const copies = String(voters.length);
  const majority = String(Math.ceil((voters.length + 1) / 2));
  return {
    ...FORMATTING,
    "node.id": String(id),
    "controller.quorum.voters": voters.join(","),
    listeners: `PLAINTEXT://${bind}:${port},CONTROLLER://${bind}:${ports.controller}`,
    "advertised.listeners": `PLAINTEXT://${host}:${port}`,
    // A broker that was killed may come back when its controller has missed it for so long.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "group.initial.rebalance.delay.ms": "0",
    // A lab may have a group miss a dead member sooner than a broker in production would let it.
    "group.min.session.timeout.ms": "100",
    "group.consumer.min.session.timeout.ms": "100",
    "group.consumer.min.heartbeat.interval.ms": "100",
    "log.cleaner.dedupe.buffer.size": String(4 << 20),
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": majority,
    "default.replication.factor": copies,
  };
}

function properties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** What the template says of itself holds for broker 1 alone; the others need their own. */
function identity(id: number): Files {
  const directory = Buffer.from(`pareto-broker-${String(id).padStart(2, "0")}`).toString(
    "base64url",
  );
  const [, , cluster = ""] = FORMAT;
  const facts = { version: "1", "cluster.id": cluster, "node.id": String(id) };
  return { [`${DATA}/meta.properties`]: properties({ ...facts, "directory.id": directory }) };
}

/**
 * How many brokers a broker knows to be alive, itself included. Throws while it does not answer.
 * The question is a Metadata request (key 3, version 1) for no topic; see the protocol's guide.
 */
export async function knownBrokers(broker: Address): Promise<number> {
  const metadata = Buffer.alloc(18);
  metadata.writeInt32BE(14, 0); // what follows, in bytes
  metadata.writeInt16BE(3, 4);
  metadata.writeInt16BE(1, 6);
  metadata.writeInt16BE(-1, 12); // no client id
  const answer = await exchange(broker, metadata);
  return answer.readInt32BE(8); // after the length and the number of the question
}
