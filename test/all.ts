// What `npm test` runs: types, form, rules, tests, and every lab against its own declaration.
// The last line is "N passed, N failed". A server that the machine lacks is a named skip, or a
// failure when PARETO_REQUIRE_ALL is set.

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import type { EndEvent, Event } from "../contracts/events.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PARETO = fileURLToPath(new URL("../bin/pareto.js", import.meta.url));
const REQUIRE_ALL = process.env.PARETO_REQUIRE_ALL === "1";
const SLOWEST_TEST_MS = 600_000;
/** Tests that start many servers; one file at a time, so that they do not disturb each other. */
const HEAVY = ["test/contract/", "test/studio/", "services/", "test/nothing-left"];

let passed = 0;
let failed = 0;

function count(name: string, good: boolean): void {
  if (good) passed += 1;
  else failed += 1;
  console.log(`${good ? "✔" : "✖"} ${name}`);
}

/** Runs a command to its end and counts it as one test. */
function step(name: string, command: string, args: string[]): void {
  console.log(`\n${name} ...`);
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  count(name, status === 0);
}

/** Runs test files and counts their tests. */
async function tests(name: string, files: string[], concurrency: number): Promise<void> {
  console.log(`\n${name}: ${files.length} files ...`);
  const stream = run({ files, concurrency, timeout: SLOWEST_TEST_MS });
  stream.on("test:pass", ({ skip, details }) => {
    if (skip === undefined && details.type !== "suite") passed += 1;
  });
  stream.on("test:fail", ({ details }) => {
    if (details.type !== "suite") failed += 1;
  });
  for await (const line of stream.compose(new spec())) process.stdout.write(line);
}

/** Runs all labs side by side, a round each, and counts every one. */
function labs(): void {
  console.log("\nAll labs, compared with what they declare ...");
  const args = [PARETO, "run", "labs/", "--fewest", "--json"];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 30,
    encoding: "utf8",
  });
  const ends = stdout.split("\n").flatMap((line): (EndEvent & { id: string })[] => {
    const event = line ? (JSON.parse(line) as Event & { id: string }) : undefined;
    return event?.kind === "end" ? [event as EndEvent & { id: string }] : [];
  });
  if (ends.length === 0) count("the labs ran", false);
  for (const { id, outcome, missing, error, differences } of ends) {
    const good = outcome === "as-declared";
    if (missing && !REQUIRE_ALL) console.log(`- ${id}, skipped: no ${missing} here`);
    else count(`${id}${good ? "" : `: ${error ?? JSON.stringify(differences)}`}`, good);
  }
}

const files = globSync("**/*.test.ts", { cwd: ROOT, exclude: ["**/node_modules/**", ".cache/**"] });
const isHeavy = (file: string) => HEAVY.some((folder) => file.startsWith(folder));

step("types", process.execPath, ["node_modules/typescript/bin/tsc"]);
step("types of the site", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "site"]);
step("form and lint", process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "."]);
step("rules", process.execPath, [PARETO, "check"]);
const light = files.filter((file) => !isHeavy(file));
await tests("tests", light, availableParallelism());
await tests("tests with many servers", files.filter(isHeavy), 1);
labs();

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
