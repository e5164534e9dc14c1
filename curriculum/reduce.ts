// Reduces entries to what nobody else says. It cuts lines out of the text and leaves all others as
// they are, comments and wrapping included.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileOf } from "./curriculum.ts";
import type { Kind } from "./schema.ts";

const COPIES = /^ {4}(?:title|question|design):.*\n(?: {5,}.*\n|\n(?= {5}))*/gm;

/**
 * Takes title, question and design out of the entry of what has been built, whose own file is the
 * truth for them. Tells whether there was anything to take out.
 */
export function reduceEntry(root: string, kind: Kind, id: string): boolean {
  const file = join(root, fileOf(kind, id));
  const text = readFileSync(file, "utf8");
  const entry = new RegExp(`^ {2}- slug: ${basename(id)}\\n(?: {4}.*\\n|\\n(?= {4}))*`, "m");
  const reduced = text.replace(entry, (found) => found.replace(COPIES, ""));
  if (reduced !== text) writeFileSync(file, reduced);
  return reduced !== text;
}
