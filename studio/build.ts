// Builds the site where it is missing or older than what it is made from.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** What the pages are made from. */
const SOURCES = ["site", "catalog", "contracts", "curriculum", "labs", "systems", "articles"];
const PASSED_OVER = new Set(["node_modules", "dist", ".astro"]);

/** The folder of the built site. */
export function builtSite(root: string): string {
  return join(root, "site/dist");
}

/** True when the site has not been built since its sources changed. */
export function isStale(root: string): boolean {
  const stamp = join(builtSite(root), "index.html");
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return SOURCES.some((folder) => isNewer(join(root, folder), built));
}

/**
 * Builds the site, and tells how far it is. Throws with the builder's last words when it fails, and
 * when the signal comes.
 */
export async function buildSite(
  root: string,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const astro = spawn(process.execPath, [builder(root), "build", "--root", join(root, "site")], {
    cwd: root,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const words: string[] = [];
  const ended = new Promise<number | null>((resolve, reject) => {
    astro.once("error", reject);
    astro.once("exit", resolve);
  });
  let pages = 0;
  for (const stream of [astro.stdout, astro.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      words.push(line);
      if (/[├└]─ .*\.html/.test(line)) tell(`${++pages} pages`);
    });
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the site did not build:\n${words.slice(-12).join("\n")}`);
}

function builder(root: string): string {
  const require = createRequire(join(root, "site/package.json"));
  const manifest = require.resolve("astro/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return join(dirname(manifest), typeof bin === "string" ? bin : bin.astro);
}

function isNewer(folder: string, than: number): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (PASSED_OVER.has(entry.name)) return false;
    const path = join(folder, entry.name);
    return entry.isDirectory() ? isNewer(path, than) : statSync(path).mtimeMs > than;
  });
}
