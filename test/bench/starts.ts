// Many runners at once: does every start of a server succeed? Each runner is a process of its own,
// which starts and stops Redis again and again; nobody waits for anybody.
// usage: node test/bench/starts.ts [RUNNERS] [STARTS]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { percentile } from "#kit";
import { redis } from "#services/redis";
import { Launcher } from "../../runner/launch.ts";
import { Server } from "../../runner/server.ts";

const [first, second] = process.argv.slice(2);
if (first === "one") await startOften(Number(second));
else await manyRunners(Number(first ?? 8), Number(second ?? 200));

/** Starts and stops a server, and prints the milliseconds of each start, or what went wrong. */
async function startOften(times: number): Promise<void> {
  await using launcher = new Launcher();
  for (let turn = 0; turn < times; turn++) {
    try {
      await using server = await Server.start(redis, redis.chosen, launcher, () => {});
      console.log(server.readyMs);
    } catch (error) {
      console.log(`failed: ${String(error).split("\n")[0]}`);
    }
  }
}

async function manyRunners(runners: number, times: number): Promise<void> {
  const file = fileURLToPath(import.meta.url);
  const outputs = await Promise.all(Array.from({ length: runners }, () => outputOf(file, times)));
  const lines = outputs.flatMap((output) => output.trim().split("\n"));
  const failures = lines.filter((line) => line.startsWith("failed"));
  for (const failure of new Set(failures)) console.log(failure);
  const started = lines.map(Number).filter((ms) => ms > 0);
  const median = percentile(started, 50).toFixed(0);
  console.log(`${runners} runners at once: ${started.length} starts, ${failures.length} failed`);
  console.log(`p50 ${median} ms; the target is ${runners * times} starts and 0 failed`);
  if (started.length !== runners * times) process.exitCode = 1;
}

async function outputOf(file: string, times: number): Promise<string> {
  const args = [file, "one", String(times)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  await once(child, "close");
  return output;
}
