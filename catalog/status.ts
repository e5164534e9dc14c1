// The figures of `pareto status`: how much of the roadmap is designed, built and verified. All of
// them are counted here and none is written down.

import type { Catalog } from "./catalog.ts";
import type { Deliverable, State } from "./deliverable.ts";

/** How many deliverables stand where. A verified one counts as built too, and so on. */
export interface Coverage {
  readonly designed: number;
  readonly built: number;
  readonly verified: number;
}

export interface CategoryStatus extends Coverage {
  readonly id: string;
  readonly name: string;
  readonly importance: "critical" | "high" | "medium";
  readonly labs: Coverage;
  readonly articles: Coverage;
}

export interface WeekStatus extends Coverage {
  readonly week: number;
  readonly title: string;
  readonly phase: string;
}

export interface Status {
  readonly labs: Coverage;
  readonly systems: Coverage;
  readonly articles: Coverage;
  readonly categories: readonly CategoryStatus[];
  readonly phases: readonly (Coverage & { readonly title: string })[];
  readonly weeks: readonly WeekStatus[];
  /** What runs on a stand-in: counted apart from all the others, because it shows less. */
  readonly emulated: Coverage;
  /** What is built and not verified, with the reason. */
  readonly open: readonly { readonly id: string; readonly why: string }[];
}

/** Counts the whole roadmap. What is in no week is not part of it. */
export function status(catalog: Catalog): Status {
  const planned = catalog.all.filter(({ entry }) => entry);
  const real = planned.filter(({ entry }) => !entry?.fidelity);
  const { categories, phases } = catalog.curriculum.roadmap;
  const ofKind = (kind: string) => real.filter((one) => one.kind === kind);
  const weeks = phases.flatMap(({ title: phase, weeks }) =>
    weeks.map(({ number: week, title }) => {
      const here = real.filter(({ entry }) => entry?.week === week);
      return { week, title, phase, ...coverage(here) };
    }),
  );
  return {
    labs: coverage(ofKind("lab")),
    systems: coverage(ofKind("system")),
    articles: coverage(ofKind("article")),
    categories: categories.map(({ id, name, importance }) => {
      const labs = ofKind("lab").filter(({ category }) => category === id);
      const articles = ofKind("article").filter(({ category }) => category === id);
      const both = coverage([...labs, ...articles]);
      return {
        ...{ id, name, importance },
        ...both,
        labs: coverage(labs),
        articles: coverage(articles),
      };
    }),
    phases: phases.map(({ title }) => ({
      title,
      ...sum(weeks.filter(({ phase }) => phase === title)),
    })),
    weeks,
    emulated: coverage(planned.filter(({ entry }) => entry?.fidelity)),
    open: catalog.built.flatMap(({ id, unverified }) =>
      unverified ? { id, why: unverified } : [],
    ),
  };
}

function coverage(some: readonly Deliverable[]): Coverage {
  const states = some.map(({ state }) => state);
  const count = (...wanted: State[]) => states.filter((state) => wanted.includes(state)).length;
  return {
    designed: states.length,
    built: count("built", "verified"),
    verified: count("verified"),
  };
}

function sum(parts: readonly Coverage[]): Coverage {
  const total = (of: keyof Coverage) => parts.reduce((sum, part) => sum + part[of], 0);
  return { designed: total("designed"), built: total("built"), verified: total("verified") };
}
