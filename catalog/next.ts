// What to do next, and why: evidence to renew, deliverables to build, labs to learn.

import type { Catalog } from "./catalog.ts";
import type { Deliverable } from "./deliverable.ts";
import { type Row, rowOf } from "./list.ts";

export interface Step extends Row {
  readonly why: string;
}

export interface Next {
  /** Built, and not verified. */
  readonly verify: readonly Step[];
  /** Designed, and all that it stands on is there. */
  readonly build: readonly Step[];
  /** Verified, and not learnt yet. */
  readonly learn: readonly Step[];
}

/** The first few of each, in the order of the weeks; `learnt` are ids that the reader has done. */
export function next(catalog: Catalog, count = 3, learnt: ReadonlySet<string> = new Set()): Next {
  const first = (why: (one: Deliverable) => string | undefined): Step[] =>
    catalog.all
      .values()
      .map((one) => ({ one, why: why(one) }))
      .filter(({ why }) => why !== undefined)
      .take(count)
      .map(({ one, why }) => ({ ...rowOf(one), why: why! }))
      .toArray();
  return {
    verify: first((one) => (one.built ? one.unverified : undefined)),
    build: first((one) => (one.built ? undefined : whyBuild(catalog, one))),
    learn: first((one) =>
      one.state === "verified" && !learnt.has(one.id) ? place(one) : undefined,
    ),
  };
}

/** A lab can be built at any time, a system or an article when the labs under it are verified. */
function whyBuild(catalog: Catalog, one: Deliverable): string | undefined {
  if (one.kind === "lab") return place(one);
  const { curriculum } = catalog;
  const under =
    one.kind === "system" ? curriculum.experiment("system", one.id)?.composes : one.labs;
  const ready = under?.every((slug) => catalog.bySlug(slug)?.state === "verified");
  return ready ? `${place(one)}; all labs under it are verified` : undefined;
}

function place({ entry }: Deliverable): string {
  if (!entry) return "in no week";
  return entry.topic ? `week ${entry.week}, ${entry.topic}` : `week ${entry.week}`;
}
