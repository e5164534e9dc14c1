// Programs of the JVM that no package manager has: their jars come through Maven into the cache.

/** What a program needs, as group:artifact:version; what that needs comes with it. */
export type Artifact = `${string}:${string}:${string}`;

/** The project file that names the artifacts. */
export function pom(artifacts: readonly Artifact[]): string {
  const dependencies = artifacts.map((one) => {
    const [group, artifact, version] = one.split(":");
    return `    <dependency>
      <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
    </dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pareto</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>
${dependencies.join("\n")}
  </dependencies>
</project>
`;
}

/** The command that copies the jars into the folder jars/, beside the project file. */
export const COPY_JARS = [
  ...["mvn", "-B", "-q", "dependency:copy-dependencies"],
  "-DoutputDirectory=jars",
] as const;

/**
 * How the JVM runs a program that lives for seconds: compiled once and quickly, and with the
 * collector that needs no threads. Traces are short, so that what went wrong is among the last lines of the log.
 */
export const JVM = {
  KAFKA_HEAP_OPTS: "-Xmx256m",
  KAFKA_JVM_PERFORMANCE_OPTS:
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MaxJavaStackTraceDepth=3",
};

/** A script in bin/ that runs a class with the jars, or a source file that it is given. */
export function script(main: string): string {
  return `#!/bin/sh
home=$(cd "$(dirname "$0")/.." && pwd)
exec java $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS $KAFKA_OPTS \\
  -XX:SharedArchiveFile="$home/classes.jsa" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr \\
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$home/jars/*" ${main} "$@"
`;
}

/**
 * The command for a rehearsal: the JVM writes the classes that it has loaded by the time it ends
 * into an archive (class data sharing), from which the next start takes them at a glance. Without
 * the archive starts are only slower, so it may fail.
 */
export function rehearse(folder: string, program: string): string[] {
  const flags = Object.values(JVM).join(" ");
  const archive = `-XX:ArchiveClassesAtExit='${folder}/classes.jsa'`;
  const classes = `-Dorg.slf4j.simpleLogger.defaultLogLevel=off -cp '${folder}/jars/*'`;
  return ["sh", "-c", `java ${flags} ${archive} ${classes} ${program} || true`];
}
