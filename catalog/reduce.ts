// Keeps the curriculum from saying again what a built lab says itself.

import { reduceEntry } from "../curriculum/reduce.ts";
import type { Catalog } from "./catalog.ts";

/**
 * Takes title, question and design out of the curriculum's entries of whatever is built, and
 * returns the ids of those that had them. The catalog is out of date afterwards.
 */
export function reduceBuilt({ root, built }: Catalog): string[] {
  const planned = built.filter(({ entry }) => entry);
  return planned.filter(({ kind, id }) => reduceEntry(root, kind, id)).map(({ id }) => id);
}
