import { statSync } from "node:fs";
import { watch } from "node:fs/promises";
import { basename, dirname } from "node:path";

/**
 * Yields whenever a file has been saved, until the signal comes. Its folder is watched, since many
 * editors save by putting a new file into the old one's place.
 */
export async function* saves(file: string, signal: AbortSignal): AsyncGenerator<void> {
  let known = savedAt(file);
  console.error(`\nWaiting for ${file} to be saved; Ctrl-C ends.`);
  try {
    for await (const { filename } of watch(dirname(file), { signal })) {
      const now = savedAt(file);
      if (filename !== basename(file) || now === known || now === undefined) continue;
      known = now;
      yield;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function savedAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
