// How long a reader waits: from the command to the first event of a Redis lab, and what the runner
// adds to a bare script that does the same.
// usage: node test/bench/start.ts [TIMES]

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { percentile } from "#kit";
import { table } from "../../cli/view/table.ts";

const TIMES = Number(process.argv[2] ?? 20);
const MAIN = fileURLToPath(new URL("../../bin/pareto.js", import.meta.url));
const BARE = fileURLToPath(new URL("./bare.ts", import.meta.url));
const ROUNDS = "3";

/** Milliseconds from the start of the command to the first line that it prints. */
async function toFirstEvent(): Promise<number> {
  const began = performance.now();
  const args = [MAIN, "run", "atomic-counter", "--json", "--rounds", "1"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const ms = performance.now() - began;
  child.stdout.resume();
  await once(child, "exit");
  return ms;
}

function wholeRun(args: string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return performance.now() - began;
}

const first: number[] = [];
const bare: number[] = [];
const run: number[] = [];
for (let turn = 0; turn < TIMES; turn++) {
  first.push(await toFirstEvent());
  bare.push(wholeRun([BARE, ROUNDS]));
  run.push(wholeRun([MAIN, "run", "optimistic-locking", "--rounds", ROUNDS]));
}
const ms = (values: number[], percent: number) => `${percentile(values, percent).toFixed(0)} ms`;
const row = (name: string, values: number[], target = "") => [
  ...[name, ms(values, 50), ms(values, 95), target],
];
const added = run.map((value, index) => value - (bare[index] as number));
console.log(
  table([
    [`${TIMES} times`, "p50", "p95", "target"],
    row("command to first event", first, "p95 at most 150 ms"),
    row(`bare script, ${ROUNDS} rounds`, bare),
    row(`the same by pareto run`, run),
    row("added", added, `at most 10 % and 100 ms`),
  ]).join("\n"),
);
