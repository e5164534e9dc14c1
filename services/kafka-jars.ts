// Kafka from its jars, for machines whose package manager has no Kafka, as that of Debian. What is
// fetched takes the form of Kafka's own distribution: programs of the same names, beside the jars.

import type { Found, Preparation } from "#kit";
import { cachedProgram } from "./cached-program.ts";
import { COPY_JARS, pom, rehearse, script } from "./maven.ts";

const VERSION = "4.1.1";
const START = "bin/kafka-server-start";
const STORAGE = "bin/kafka-storage";
const REHEARSAL = "rehearsal.properties";

/** The arguments of kafka-storage but the last one, a file of properties. */
export const FORMAT = ["format", "--cluster-id", "cGFyZXRvLXBhcmV0by1wYQ", "--config"] as const;

/** Fetches Kafka, and rehearses a start. */
export const kafkaJars: Preparation = {
  key: `kafka-${VERSION}`,
  files: {
    "pom.xml": pom([`org.apache.kafka:kafka_2.13:${VERSION}`, "org.slf4j:slf4j-simple:1.7.36"]),
    [START]: script("kafka.Kafka"),
    [STORAGE]: script("kafka.tools.StorageTool"),
    [REHEARSAL]: lonelyBroker(),
  },
  commands: (folder) => [
    COPY_JARS,
    ["sh", STORAGE, ...FORMAT, REHEARSAL],
    rehearse(folder, `kafka.Kafka ${REHEARSAL}`),
    ["chmod", "+x", STORAGE, START],
  ],
};

/** The Kafka in the cache folder, or undefined where there is none. */
export async function kafkaInCache(cache: string): Promise<Found | undefined> {
  return cachedProgram(cache, kafkaJars, START, VERSION);
}

/** A broker that looks for its controller where nobody listens, and gives up after a second. */
function lonelyBroker(): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9
listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0
advertised.listeners=PLAINTEXT://127.0.0.1:9
controller.listener.names=CONTROLLER
log.dirs=rehearsal
initial.broker.registration.timeout.ms=1000
`;
}
