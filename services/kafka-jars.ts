// Kafka from its jars, for machines whose package manager has no Kafka, as that of Debian. What is
// fetched takes the form of Kafka's own distribution: programs of the same names, beside the jars.

import type { Found, Preparation } from "#kit";
import { cachedProgram } from "./cached-program.ts";

const VERSION = "4.1.1";
const START = "bin/kafka-server-start";
const STORAGE = "bin/kafka-storage";

/**
 * How the JVM runs a broker: compiled once and quickly, since a broker here lives for seconds, and
 * with the collector that needs no threads. On two cores this halves the time of a start.
 */
export const JVM = {
  KAFKA_HEAP_OPTS: "-Xmx256m",
  KAFKA_JVM_PERFORMANCE_OPTS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
};

/** Fetches Kafka and what it needs, and lets the JVM write down the classes of a start. */
export const kafkaJars: Preparation = {
  key: `kafka-${VERSION}`,
  files: {
    "pom.xml": pom(),
    [START]: program("kafka.Kafka"),
    [STORAGE]: program("kafka.tools.StorageTool"),
    "rehearsal.properties": rehearsal(),
  },
  commands: (folder) => [
    ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=jars"],
    ["sh", STORAGE, ...FORMAT, "rehearsal.properties"],
    // It fails, as it is meant to; when it leaves no archive, starts are only slower.
    ["sh", "-c", `${rehearse(folder)} || true`],
    ["chmod", "+x", STORAGE, START],
  ],
};

/** The arguments of kafka-storage but the last one, a file of properties. */
export const FORMAT = ["format", "--cluster-id", "cGFyZXRvLXBhcmV0by1wYQ", "--config"];

/** The Kafka in the cache folder, or undefined where there is none. */
export async function kafkaInCache(cache: string): Promise<Found | undefined> {
  return cachedProgram(cache, kafkaJars, START, VERSION);
}

function pom(): string {
  const dependencies = [
    ["org.apache.kafka", "kafka_2.13", VERSION],
    ["org.slf4j", "slf4j-simple", "1.7.36"],
  ].map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pareto</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>${dependencies.join("")}</dependencies>
</project>
`;
}

function program(main: string): string {
  return `#!/bin/sh
home=$(cd "$(dirname "$0")/.." && pwd)
exec java $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS $KAFKA_OPTS \\
  -XX:SharedArchiveFile="$home/kafka.jsa" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr \\
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$home/jars/*" ${main} "$@"
`;
}

/** A broker that looks for its controller where nobody listens, and gives up after a second. */
function rehearsal(): string {
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

/**
 * Class data sharing: the JVM writes the classes that it has loaded by the time it ends into an
 * archive, from which the next start takes them at a glance.
 */
function rehearse(folder: string): string {
  const flags = Object.values(JVM).join(" ");
  const archive = `-XX:ArchiveClassesAtExit='${folder}/kafka.jsa'`;
  const classes = `-Dorg.slf4j.simpleLogger.defaultLogLevel=off -cp '${folder}/jars/*'`;
  return `java ${flags} ${archive} ${classes} kafka.Kafka rehearsal.properties`;
}
