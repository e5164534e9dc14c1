// The command line, as a reader calls it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../bin/pareto.js", import.meta.url));

/** What a command said and how it ended. */
export interface Said {
  readonly out: string;
  readonly err: string;
  /** The exit code, or null when a signal ended it. */
  readonly code: number | null;
}

/** Starts `pareto` with these words; `during` sees the process while it runs. */
export async function pareto(
  words: readonly string[],
  env: Record<string, string> = {},
  during?: (child: ChildProcess) => unknown,
): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  const ended = once(child, "close");
  await during?.(child);
  const [code] = await ended;
  return { out, err, code };
}
