// Brings into the cache what no package manager has. Only an installation does this: a run that
// finds nothing there says what to type.

import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Preparation } from "#kit";
import { cacheFolder } from "./folders.ts";
import { writeFile } from "./user.ts";

const PATIENCE_MS = 600_000;

/**
 * Fills the folder anew, whatever an earlier attempt left of it. Throws with a command's own words
 * when it fails. The folder keeps its name throughout, since some programs write it down.
 */
export async function download({ key, files = {}, commands }: Preparation): Promise<void> {
  const folder = join(cacheFolder(), key);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFile(join(folder, file), text, undefined);
  for (const [program = "", ...args] of commands(folder)) {
    try {
      await promisify(execFile)(program, args, { cwd: folder, timeout: PATIENCE_MS });
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      const words = `${stdout}\n${stderr}`.trim().split("\n").slice(-8).join("\n");
      throw new Error(`${program} ${args.join(" ")}: ${words || error}`);
    }
  }
}
