import { openCatalog } from "../../catalog/catalog.ts";
import type { Deliverable } from "../../catalog/deliverable.ts";
import { Misnamed, type Wanted } from "../../catalog/find.ts";
import { Failure } from "../failure.ts";
import { ROOT } from "../root.ts";

/** What a name on the command line means. Throws a Failure that tells what to type instead. */
export function findLabs(typed: string, wanted?: Wanted): Deliverable[] {
  try {
    return openCatalog(ROOT).find(typed, wanted);
  } catch (error) {
    if (!(error instanceof Misnamed)) throw error;
    const [first] = error.names;
    const next = error.why === "not built" ? `npx pareto new ${first}` : "npx pareto list";
    throw new Failure(error.message, next);
  }
}

/** The one lab that a name means. Throws a Failure for a folder of labs. */
export function findLab(typed: string, wanted?: Wanted): Deliverable {
  const labs = findLabs(typed, wanted);
  const [lab] = labs;
  if (lab && labs.length === 1) return lab;
  throw new Failure(
    `"${typed}" means ${labs.length} labs, and this takes one`,
    `npx pareto list ${typed}`,
  );
}
