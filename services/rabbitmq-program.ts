import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Found } from "#kit";

/** Where packages put the program itself; what Debian has on PATH is a wrapper that changes user. */
const HOMES = ["/usr/lib/rabbitmq/bin", "/opt/homebrew/opt/rabbitmq/sbin"];

/**
 * RabbitMQ's own start script, as it lies in a release, or undefined where there is none. Started
 * with any argument it would start a broker, so its version is read from the name of a folder.
 */
export async function rabbitProgram(): Promise<Found | undefined> {
  for (const folder of [...HOMES, ...(process.env.PATH ?? "").split(delimiter)]) {
    const program = join(folder, "rabbitmq-server");
    const version = existsSync(program) && versionOf(realpathSync(program));
    if (version) return { program, version, from: "PATH" };
  }
  return undefined;
}

function versionOf(script: string): string | undefined {
  const plugins = join(dirname(dirname(script)), "plugins");
  if (!existsSync(plugins)) return undefined;
  return readdirSync(plugins)
    .map((name) => /^rabbit-(\d+\.\d+\.\d+)/.exec(name)?.[1])
    .find((version) => version !== undefined);
}
