// Where a number comes from, in a line, and the command that makes it again.

import type { Deliverable } from "../../catalog/deliverable.ts";
import type { Evidence } from "../../contracts/evidence.ts";
import { readable } from "../../contracts/readable.ts";
import { catalog } from "./catalog.ts";
import type { Source } from "./live/data.ts";

/** Machine, versions, date and source hash of an evidence. */
export function sourceOf({ slug }: Deliverable, evidence: Evidence): Source {
  const { machine, servers, clients, recorded, source } = evidence;
  const versions = Object.entries({ ...servers, ...clients }).map((pair) => pair.join(" "));
  const place = `${machine.cores} cores, ${machine.memoryGigabytes} GiB, ${machine.system}`;
  const from = [place, `node ${machine.node}`, ...versions].join(", ");
  const title = `recorded ${recorded.slice(0, 10)} on ${from}; source ${source}; a click copies the command`;
  return { title, command: `npx pareto run ${slug}` };
}

/**
 * The number that "slug.arm.measure" stands for in prose, as HTML with its provenance. What has not
 * been recorded is a question mark that says so.
 */
export function measured(reference: string): string {
  const [slug = "", arm = "", ...rest] = reference.trim().replaceAll(/\s+/g, " ").split(".");
  const measure = rest.join(".");
  const one = catalog.bySlug(slug);
  const evidence = one?.recorded.lab && one.evidence;
  const median = evidence?.measures[measure]?.[arm]?.median;
  if (!one || !evidence || median === undefined) {
    return `<span class="measured open" title="${reference} has not been recorded yet">?</span>`;
  }
  const { title, command } = sourceOf(one, evidence);
  const name = `${measure} of ${arm}; ${title}`;
  return `<span class="measured" title="${name}" data-copy="${command}">${readable([median])}</span>`;
}

/** Replaces every "{{slug.arm.measure}}" of a text. */
export function withNumbers(text: string): string {
  return text.replaceAll(/\{\{(.*?)\}\}/gs, (_, reference: string) => measured(reference));
}
