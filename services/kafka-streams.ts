// Kafka Streams. It is a library of the JVM and no server, so the lab brings the program: one Java
// source, which the JDK compiles as it starts it. The lab starts it in each trial, with the address
// of its Kafka, and the runner stops it. Its working folder lasts over a kill and a restart, so a
// state.dir in it is found again.
//
//   services: { kafka, counter: kafkaStreams.with({ source: import.meta.resolve("./Count.java") }) }
//   await counter.start({ BROKERS: kafka.brokers.join() });
//
// The program says that it is ready by listening on the port that its environment names as PORT,
// once its topology is in the state RUNNING.

import { basename, extname } from "node:path";
import { type Command, numbered, type Place, type Preparation, service } from "#kit";
import { cachedProgram } from "./cached-program.ts";
import { COPY_JARS, JVM, pom, rehearse, script } from "./maven.ts";
import { openProcesses, type ProcessesFace, pathOf } from "./processes.ts";
import { accepts } from "./tcp.ts";

/** What a lab does with its programs: those of a source Count.java are named "Count-1" and so on. */
export type KafkaStreamsFace = Omit<ProcessesFace, "urls">;

interface Options {
  /** The Java source, as import.meta.resolve gives it. */
  readonly source: string;
  readonly count: number;
}

const VERSION = "4.1.1";
const PROGRAM = "bin/kafka-streams";

const jars: Preparation = {
  key: `kafka-streams-${VERSION}`,
  files: {
    "pom.xml": pom([`org.apache.kafka:kafka-streams:${VERSION}`, "org.slf4j:slf4j-simple:1.7.36"]),
    "Rehearsal.java": brieflyCounting(),
    [PROGRAM]: script(""),
  },
  commands: (folder) => [COPY_JARS, rehearse(folder, "Rehearsal.java"), ["chmod", "+x", PROGRAM]],
};

export const kafkaStreams = service<Options, KafkaStreamsFace>({
  name: "kafka-streams",
  image: "eclipse-temurin:21.0.9_10-jdk",
  port: 8080,
  program: "kafka-streams",
  packages: { apt: "default-jdk-headless maven", dnf: "java-devel maven", brew: "openjdk maven" },
  version: { args: [], pattern: /(.*)/, atLeast: "4.0.0" },
  embedded: async (cache) => cachedProgram(cache, jars, PROGRAM, VERSION),
  download: jars,
  options: { source: "", count: 1 },
  onDemand: true,
  nodes: ({ source, count }) => numbered(basename(source, extname(source)), count),
  command,
  ready: accepts,
  startSeconds: 60,
  open: openProcesses,
});

function command({ node, bind, port, options }: Place<Options>): Command {
  return {
    args: [pathOf(options.source)],
    env: { ...JVM, HOST: bind, PORT: String(port), NAME: node },
  };
}

/** A topology that starts and ends at once; it needs no broker to load its classes. */
function brieflyCounting(): string {
  return `import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

public class Rehearsal {
  public static void main(String[] arguments) {
    var settings = new Properties();
    settings.putAll(Map.of(
        "application.id", "rehearsal", "bootstrap.servers", "127.0.0.1:9", "state.dir", "state",
        "default.key.serde", Serdes.StringSerde.class,
        "default.value.serde", Serdes.StringSerde.class));
    var builder = new StreamsBuilder();
    builder.stream("in").groupByKey().count().toStream().to("out");
    try (var streams = new KafkaStreams(builder.build(), settings)) {
      streams.start();
    }
  }
}
`;
}
