// A copy of a lab with one line gone: what that line was for shows in what the copy breaks.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Copies stay inside the project, where its imports by name (#kit) mean what they mean in a lab. */
export const COPIES = fileURLToPath(new URL("../.cache/copies/", import.meta.url));

/** A copied lab; disposing of it removes the copy. */
export interface Copy extends Disposable {
  readonly file: string;
}

/** Copies the lab's folder and empties one line (counted from 1) of one of its files. */
export function withoutLine(labFile: string, changed: string, line: number): Copy {
  mkdirSync(COPIES, { recursive: true });
  const folder = mkdtempSync(join(COPIES, `${basename(dirname(labFile))}-`));
  cpSync(dirname(labFile), folder, { recursive: true });
  const path = join(folder, basename(changed));
  const lines = readFileSync(path, "utf8").split("\n");
  lines[line - 1] = ""; // and not taken out, so that errors still name the lines that the reader sees
  writeFileSync(path, lines.join("\n"));
  return {
    file: join(folder, basename(labFile)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
