// Installs what package-lock.json asks for, unless it is there. `npm start` and `npm test` begin
// with this, so it runs in whatever Node the machine has, and needs no package.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The packages of a lockfile by folder; those for other machines are left out by npm itself. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(`${root}/${file}`, "utf8")).packages;
  } catch {
    return {};
  }
}

const installed = packages("node_modules/.package-lock.json");
const wanted = Object.entries(packages("package-lock.json")).filter(
  ([folder, { optional, link }]) => folder.startsWith("node_modules/") && !optional && !link,
);
const missing = wanted.filter(([folder, { version }]) => installed[folder]?.version !== version);

if (missing.length > 0) {
  console.error(`Setting up, once: npm ci brings ${wanted.length} packages and Node 24.`);
  const began = Date.now();
  const progress = setInterval(
    () => console.error(`  still installing, ${Math.round((Date.now() - began) / 1000)} s`),
    5000,
  );
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  npm.on("error", (error) => console.error(`pareto: npm did not start: ${error.message}`));
  npm.on("close", (code) => {
    clearInterval(progress);
    if (code !== 0) console.error("pareto: npm ci failed; its own words are above.");
    process.exitCode = code ?? 1;
  });
}
