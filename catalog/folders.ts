// What is built, told from the folders alone: labs/<category>/<topic>/<slug>/lab.ts,
// systems/<group>/<slug>/lab.ts and articles/<category>/<slug>.mdx.

import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { FOLDERS, KINDS } from "../curriculum/curriculum.ts";
import type { Kind } from "../curriculum/schema.ts";

/** Where a deliverable is or will be. */
export interface Place {
  readonly kind: Kind;
  readonly id: string;
  /** The file that makes it built, relative to the project. */
  readonly path: string;
}

const FILES = { lab: "/lab.ts", system: "/lab.ts", article: ".mdx" } as const;

/** What an id looks like; what lies elsewhere is a stray file. */
const IDS = {
  lab: /^[^/]+\/[^/]+\/[^/]+$/,
  system: /^[^/]+\/[^/]+$/,
  article: /^[^/]+\/[^/]+$/,
} as const;

/** Where a deliverable belongs. */
export function placeOf(kind: Kind, id: string): Place {
  return { kind, id, path: `${FOLDERS[kind]}/${id}${FILES[kind]}` };
}

/** Everything that is built, sorted by path within its kind. */
export function builtPlaces(root: string): Place[] {
  return KINDS.flatMap((kind) =>
    filesBelow(root, FOLDERS[kind])
      .filter((path) => path.endsWith(FILES[kind]))
      .map((path) => path.slice(FOLDERS[kind].length + 1, -FILES[kind].length))
      .filter((id) => IDS[kind].test(id))
      .map((id) => placeOf(kind, id)),
  );
}

/** The files below a folder of the project, relative to the project, sorted; hidden ones are not. */
export function filesBelow(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .filter((path) => !path.includes("/node_modules/"))
    .sort();
}
