// One sidebar for each category: what is built of it, topic by topic.

import type { Deliverable } from "../../catalog/deliverable.ts";
import { catalog } from "./catalog.ts";

interface Link {
  readonly label: string;
  readonly link: string;
}
type Group = { readonly label: string; readonly items: Link[] };

const known = new Map<string, (Link | Group)[]>();

/** The entries of a category's sidebar; all categories where none is given. */
export function sidebarOf(category: string | undefined): (Link | Group)[] {
  const key = category ?? "";
  const entries = known.get(key) ?? (category ? within(category) : categories());
  known.set(key, entries);
  return entries;
}

function categories(): Link[] {
  return catalog.curriculum.roadmap.categories.map(({ id, name }) => ({
    label: name,
    link: `/labs/${id}/`,
  }));
}

function within(category: string): (Link | Group)[] {
  const built = catalog.all.filter((one) => one.built && one.category === category);
  const labs = built.filter(({ kind }) => kind === "lab");
  const topics = Map.groupBy(labs, topicOf);
  const groups = [...topics].map(([label, some]) => ({ label, items: some.map(linkTo) }));
  const articles = built.filter(({ kind }) => kind === "article").map(linkTo);
  const name = catalog.curriculum.roadmap.categories.find(({ id }) => id === category)?.name;
  return [
    { label: `All of ${name ?? category}`, link: `/labs/${category}/` },
    ...groups,
    ...(articles.length > 0 ? [{ label: "Articles", items: articles }] : []),
  ];
}

function topicOf({ entry, id }: Deliverable): string {
  return entry?.topic ?? id.split("/").at(-2) ?? "";
}

function linkTo({ kind, id, title }: Deliverable): Link {
  return { label: title, link: `/${kind}s/${id}/` };
}
