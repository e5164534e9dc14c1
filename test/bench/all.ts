// All benchmarks, one after the other: they must not disturb each other.

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const PARTS = new Set(["all.ts", "bare.ts"]); // this, and what a benchmark compares with
const folder = fileURLToPath(new URL(".", import.meta.url));

for (const file of globSync(`${folder}*.ts`).sort()) {
  if (PARTS.has(basename(file))) continue;
  console.log(`\n${basename(file, ".ts")}`);
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  process.exitCode ||= status ?? 1;
}
