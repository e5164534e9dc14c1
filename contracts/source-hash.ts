// What a lab's code was when its evidence was recorded. The runner writes it into the evidence, and
// the catalog compares it with the folder as it is now.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The page and the record are not part of the experiment. */
const NOT_SOURCE = new Set(["README.md", "evidence.json"]);

/**
 * The hash of a lab's folder, as 12 hexadecimal digits: SHA-256 over the names and contents of its
 * files, sorted by name, without the page, the evidence and hidden files.
 */
export function sourceHash(folder: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const name of files.map((file) => file.name).sort()) {
    if (NOT_SOURCE.has(name) || name.startsWith(".")) continue;
    const content = readFileSync(join(folder, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
