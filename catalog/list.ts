// The rows of `pareto list`.

import type { Kind } from "../curriculum/schema.ts";
import type { Catalog } from "./catalog.ts";
import type { Deliverable, State } from "./deliverable.ts";

export interface Row {
  readonly kind: Kind;
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly question?: string;
  /** Absent for a lab that is in no week. */
  readonly week?: number;
  readonly state: State;
  /** Why it is not verified, for what is built. */
  readonly unverified?: string;
  /** Absent where the servers are real. */
  readonly fidelity?: string;
}

/** All rows, or those of some deliverables, in the order in which they are learnt. */
export function list(catalog: Catalog, some: readonly Deliverable[] = catalog.all): Row[] {
  return some.map(rowOf);
}

/** A deliverable as plain data. */
export function rowOf(one: Deliverable): Row {
  const state = one.state;
  return {
    kind: one.kind,
    id: one.id,
    slug: one.slug,
    title: one.title,
    question: one.question,
    week: one.entry?.week,
    state,
    unverified: state === "built" ? one.unverified : undefined,
    fidelity: one.entry?.fidelity,
  };
}
