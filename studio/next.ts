// What to do next, and why: what the catalog proposes, with what the reader has done that leads there.

import type { Catalog } from "../catalog/catalog.ts";
import { next, type Step } from "../catalog/next.ts";

const STEPS = 3;

/** The first labs that are not learnt yet, in the order of the weeks. */
export function stepsAfter(catalog: Catalog, learnt: ReadonlySet<string>): Step[] {
  return next(catalog, STEPS, learnt).learn.map((step) => {
    const before = precursor(catalog, step.id, learnt);
    return before ? { ...step, why: `${step.why}; it goes on from ${before}` } : step;
  });
}

/** The title of a lab that the reader has done and that the lab's page calls related. */
function precursor(catalog: Catalog, id: string, learnt: ReadonlySet<string>) {
  const one = catalog.labs.find((lab) => lab.id === id);
  const links = one?.page?.paragraphs
    .filter(({ section }) => section === "Related labs")
    .flatMap(({ links }) => links);
  const slugs = new Set(links?.map((link) => link.replace(/\/$/, "").split("/").at(-1)));
  return catalog.labs.find((lab) => slugs.has(lab.slug) && learnt.has(lab.id))?.title;
}
