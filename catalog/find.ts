// What a reader may type for a lab: its id, a slug that only it has, or a folder of labs.

import { distance } from "fastest-levenshtein";
import { FOLDERS } from "../curriculum/curriculum.ts";
import type { Kind } from "../curriculum/schema.ts";
import type { Catalog } from "./catalog.ts";
import type { Deliverable } from "./deliverable.ts";

/** A name that means nothing, or not one thing. `names` are the ids that may be meant. */
export class Misnamed extends Error {
  readonly why: "not found" | "ambiguous" | "not built";
  readonly names: readonly string[];

  constructor(why: Misnamed["why"], message: string, meant: readonly Deliverable[]) {
    super(message);
    this.why = why;
    this.names = meant.map(({ id }) => id);
  }
}

export interface Wanted {
  /** Labs and systems by default. */
  readonly kinds?: readonly Kind[];
  /** True for what the curriculum only designs as well. */
  readonly designed?: boolean;
}

/**
 * What a name means: one deliverable for an id or a slug, all that are below it for a folder
 * ("caching", "caching/redis-lua/", "systems/"). A path from the project's folder is as good as an
 * id. The curriculum is not read to find what is built. Throws Misnamed.
 */
export function find(
  catalog: Catalog,
  typed: string,
  { kinds = ["lab", "system"], designed = false }: Wanted = {},
): Deliverable[] {
  const { name, among } = normalized(typed, kinds);
  const ofKind = (all: readonly Deliverable[]) => all.filter(({ kind }) => among.includes(kind));
  const built = named(ofKind(catalog.built), name);
  if (built) return built;
  if (!designed) {
    const folder = below(ofKind(catalog.built), name);
    if (folder.length > 0) return folder;
  }
  const all = ofKind(catalog.all);
  const found = named(all, name) ?? below(all, name);
  if (found.length === 0) throw notFound(all, typed);
  if (designed) return found;
  const what = found.length === 1 ? `${found[0]!.id} is` : `${found.length} of ${typed} are`;
  throw new Misnamed("not built", `${what} designed but not built yet`, found);
}

/** The name without the folder of its kind; "labs/" is all of its kind, and has no name left. */
function normalized(typed: string, kinds: readonly Kind[]) {
  const path = typed.replace(/^\.\//, "").replace(/\/?(lab\.ts)?$/, "");
  const kind = kinds.find((one) => `${path}/`.startsWith(`${FOLDERS[one]}/`));
  if (!kind) return { name: path, among: kinds };
  return { name: path.slice(FOLDERS[kind].length + 1) || undefined, among: [kind] };
}

function named(all: readonly Deliverable[], name: string | undefined) {
  const byId = all.find(({ id }) => id === name);
  if (byId) return [byId];
  const bySlug = all.filter(({ slug }) => slug === name);
  if (bySlug.length > 1) {
    const ids = bySlug.map(({ id }) => id).join(" and ");
    throw new Misnamed("ambiguous", `"${name}" is the slug of ${ids}`, bySlug);
  }
  return bySlug.length === 1 ? bySlug : undefined;
}

/** What is in a folder; the whole of a kind has no folder of its own above its ids. */
function below(all: readonly Deliverable[], folder: string | undefined): Deliverable[] {
  return folder === undefined ? [...all] : all.filter(({ id }) => id.startsWith(`${folder}/`));
}

function notFound(all: readonly Deliverable[], typed: string): Misnamed {
  const last = typed.replace(/^.*\/(?=.)/, "");
  const far = ({ slug }: Deliverable) => distance(slug, last);
  const similar = all.filter((one) => far(one) <= last.length / 2);
  const nearest = similar.toSorted((a, b) => far(a) - far(b)).slice(0, 3);
  const hint = nearest.length > 0 ? `; nearest: ${nearest.map(({ id }) => id).join(", ")}` : "";
  return new Misnamed("not found", `nothing is called "${typed}"${hint}`, nearest);
}
