// The command `practice`: the reader writes one more arm, which must keep what the pattern keeps.

import { resolve } from "node:path";
import { practiceTemplate } from "../../catalog/practice.ts";
import { practiceFile, writeYours } from "../../runner/yours.ts";
import { Failure } from "../failure.ts";
import { findLab } from "./find.ts";

/** Writes the file, unless it is there: what the reader wrote is never overwritten. */
export function practiceCommand(query: string, options: { file?: string }): void {
  const { id, slug, file: lab, source, parsed } = findLab(query);
  if (!source) throw new Failure(`${id}: ${parsed.problem?.text ?? "its source cannot be read"}`);
  const file = resolve(options.file ?? practiceFile(slug));
  const isNew = writeYours(file, practiceTemplate(source, lab));
  console.log(`${isNew ? "Written" : "You have one already"}: ${file}`);
  console.log(`Next: npx pareto run ${slug} --yours ${quoted(file)} --watch`);
}

function quoted(path: string): string {
  return path.includes(" ") ? JSON.stringify(path) : path;
}
