// Everything the project has or is to have, read by path and never run.

import { resolve } from "node:path";
import { Curriculum } from "../curriculum/curriculum.ts";
import { Deliverable } from "./deliverable.ts";
import { find, type Wanted } from "./find.ts";
import { builtPlaces, placeOf } from "./folders.ts";

/** Opens the catalog of the project in a folder. Nothing is read before it is asked for. */
export function openCatalog(root: string): Catalog {
  return new Catalog(resolve(root));
}

export type { Experiment } from "../curriculum/schema.ts";

export class Catalog {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly curriculum: Curriculum;
  #built: readonly Deliverable[] | undefined;
  #all: readonly Deliverable[] | undefined;

  constructor(root: string) {
    this.root = root;
    this.curriculum = new Curriculum(root);
  }

  /** What has a folder of its own; told without reading the curriculum. */
  get built(): readonly Deliverable[] {
    this.#built ??= builtPlaces(this.root).map((place) => new Deliverable(place, this, true));
    return this.#built;
  }

  /** The labs and systems that are built. */
  get labs(): readonly Deliverable[] {
    return this.built.filter(({ kind }) => kind !== "article");
  }

  /** What is designed or built, week by week, and then what is in no week. */
  get all(): readonly Deliverable[] {
    this.#all ??= this.#merged();
    return this.#all;
  }

  /** What a name means; see find.ts. Throws Misnamed. */
  find(typed: string, wanted?: Wanted): Deliverable[] {
    return find(this, typed, wanted);
  }

  /** The lab or system with a slug. */
  bySlug(slug: string): Deliverable | undefined {
    return this.all.find((one) => one.slug === slug && one.kind !== "article");
  }

  #merged(): Deliverable[] {
    const rest = new Map(this.built.map((one) => [one.path, one]));
    const planned = this.curriculum.entries.map(({ kind, id }) => {
      const place = placeOf(kind, id);
      const built = rest.get(place.path);
      rest.delete(place.path);
      return built ?? new Deliverable(place, this, false);
    });
    const ordered = planned.toSorted((a, b) => a.entry!.week - b.entry!.week);
    return [...ordered, ...rest.values()];
  }
}
