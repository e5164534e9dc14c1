// The deliverables of a category or of a kind, topic by topic.

import type { Deliverable } from "../../catalog/deliverable.ts";
import { catalog } from "./catalog.ts";

export interface Topic {
  readonly title: string;
  readonly some: readonly Deliverable[];
}

/** Groups by the topic that the roadmap gives, in the order in which they are learnt. */
export function topicsOf(some: readonly Deliverable[]): Topic[] {
  const groups = Map.groupBy(some, ({ entry, id }) => entry?.topic ?? id.split("/").at(-2) ?? "");
  return [...groups].map(([title, some]) => ({ title, some }));
}

/** The deliverables of a kind, grouped by the category that they are of. */
export function byCategory(kind: Deliverable["kind"]): Topic[] {
  const { categories } = catalog.curriculum.roadmap;
  return categories.map(({ id, name }) => ({
    title: name,
    some: catalog.all.filter((one) => one.kind === kind && one.category === id),
  }));
}
