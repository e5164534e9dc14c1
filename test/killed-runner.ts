// Kills a runner that holds a service, and tells what is left of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "#kit";
import { processesIn } from "./processes.ts";

const HOLD = fileURLToPath(new URL("./fixtures/hold.ts", import.meta.url));

/**
 * Starts a service in a runner of its own and kills that runner with SIGKILL. Resolves with the
 * processes that there were, once none of them, and nothing of their folder, is left; else throws.
 */
export async function killRunnerOf(service: string): Promise<string[]> {
  const runner = spawn(process.execPath, [HOLD, service], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(runner.stdout, "data");
  const folder = String(line).trim();
  const processes = processesIn(folder);
  runner.kill("SIGKILL");
  await until("all processes to end", () => processesIn(folder).length === 0);
  await until("the run's folder to go", () => !existsSync(folder));
  return processes;
}
