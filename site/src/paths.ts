// Where things are on the site: a deliverable's address is its path in the project.

import type { Deliverable } from "../../catalog/deliverable.ts";

/** The parts of the site, as the header names them. */
export const SECTIONS = [
  { name: "Roadmap", path: "roadmap/" },
  { name: "Labs", path: "labs/" },
  { name: "Systems", path: "systems/" },
  { name: "Articles", path: "articles/" },
] as const;

const ROOMS = { lab: "labs", system: "systems", article: "articles" } as const;

/** The address of a path on this site, wherever that is served. */
export function url(path: string): string {
  return import.meta.env.BASE_URL.replace(/\/?$/, "/") + path;
}

/** The page of a deliverable; one that is only designed stands in the list of its category. */
export function pageOf({ kind, id, slug, category, built }: Deliverable): string {
  if (built) return url(`${ROOMS[kind]}/${id}/`);
  return kind === "lab" ? url(`labs/${category}/#${slug}`) : url(`${ROOMS[kind]}/#${slug}`);
}
