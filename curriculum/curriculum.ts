// Reads the curriculum's files, each when it is first asked for. Ids are paths: of a lab
// <category>/<topic>/<slug>, of a system <group>/<slug>, of an article <category>/<slug>.

import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import type { Essay, Experiment, Fact, Head, Kind, Roadmap } from "./schema.ts";

/** The folders of each kind, which are also the names of the lists in the curriculum's files. */
export const FOLDERS = { lab: "labs", system: "systems", article: "articles" } as const;
export const KINDS = Object.keys(FOLDERS) as Kind[];

/** One line of the roadmap, without its design. */
export interface Entry extends Head {
  readonly kind: Kind;
  readonly id: string;
  /** The title of its topic or group; articles have none. */
  readonly topic: string | undefined;
  /** The file it stands in, relative to the project. */
  readonly file: string;
}

type Listing = { title?: string } & Record<string, (Head & { design?: unknown })[]>;

/** A file of the curriculum that is not YAML, or has not the form that everything else trusts. */
export class UnreadableCurriculum extends Error {
  readonly file: string;
  readonly line: number;
  readonly problem: string;

  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`);
    this.file = file;
    this.line = line;
    this.problem = problem;
  }
}

/** The curriculum below a project's folder. Whatever reads it may throw UnreadableCurriculum. */
export class Curriculum {
  readonly root: string;
  #entries: ReadonlyMap<string, Entry> | undefined;
  readonly #parsed = new Map<string, unknown>();

  constructor(root: string) {
    this.root = root;
  }

  /** Categories, phases and weeks, in the order in which they are learnt. */
  get roadmap(): Roadmap {
    return this.parsed("curriculum/roadmap.yaml") as Roadmap;
  }

  get facts(): readonly Fact[] {
    return this.parsed("curriculum/facts.yaml") as Fact[];
  }

  /** All entries, by kind and id, in the order of their files. */
  get entries(): readonly Entry[] {
    return [...this.#all.values()];
  }

  entry(kind: Kind, id: string): Entry | undefined {
    return this.#all.get(`${kind}:${id}`);
  }

  /** The design of a lab or a system, or undefined once it is built. */
  experiment(kind: "lab" | "system", id: string): Experiment | undefined {
    return this.#design(kind, id) as Experiment | undefined;
  }

  /** The design of an article, or undefined once it is written. */
  essay(id: string): Essay | undefined {
    return this.#design("article", id) as Essay | undefined;
  }

  /** The files of a kind, relative to the project. */
  files(kind: Kind): string[] {
    return globSync(`curriculum/${FOLDERS[kind]}/**/*.yaml`, { cwd: this.root }).sort();
  }

  /** A whole file of the curriculum, relative to the project, designs included. */
  parsed(file: string): unknown {
    if (!this.#parsed.has(file)) this.#parsed.set(file, parsed(file, this.#read(file)));
    return this.#parsed.get(file);
  }

  /** The line of an entry's slug in its file. */
  lineOf({ file, slug }: Entry): number {
    const text = this.#read(file);
    return text.slice(0, text.indexOf(`- slug: ${slug}\n`)).split("\n").length;
  }

  get #all(): ReadonlyMap<string, Entry> {
    this.#entries ??= new Map(
      KINDS.flatMap((kind) => this.files(kind).flatMap((file) => this.#list(kind, file))).map(
        (entry) => [`${entry.kind}:${entry.id}`, entry],
      ),
    );
    return this.#entries;
  }

  #list(kind: Kind, file: string): Entry[] {
    const folder = file.slice(`curriculum/${FOLDERS[kind]}/`.length, -".yaml".length);
    const listing = parsed(file, withoutDesigns(this.#read(file))) as Listing | null;
    const heads = listing?.[FOLDERS[kind]];
    if (!Array.isArray(heads) || !heads.every(isHead)) {
      const wanted = `a list "${FOLDERS[kind]}", each with a slug and a week`;
      throw new UnreadableCurriculum(file, 1, `it has not its form: ${wanted}`);
    }
    return heads.map((head) => {
      return { ...head, kind, id: `${folder}/${head.slug}`, topic: listing?.title, file };
    });
  }

  #design(kind: Kind, id: string): unknown {
    const file = fileOf(kind, id);
    if (!existsSync(join(this.root, file))) return undefined;
    const listing = this.parsed(file) as Listing;
    return listing[FOLDERS[kind]]!.find(({ slug }) => slug === basename(id))?.design;
  }

  #read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [sentence = ""] = error.message.split("\n");
    throw new UnreadableCurriculum(file, error.linePos?.[0].line ?? 1, sentence);
  }
}

function isHead(one: unknown): one is Head {
  const { slug, week } = (one ?? {}) as Partial<Head>;
  return typeof slug === "string" && typeof week === "number";
}

/** The file that has a deliverable's entry, relative to the project. */
export function fileOf(kind: Kind, id: string): string {
  return `curriculum/${FOLDERS[kind]}/${dirname(id)}.yaml`;
}

/** Designs are nine tenths of the text, and parsing YAML is slow: lists do without them. */
export function withoutDesigns(text: string): string {
  return text.replace(/^ {4}design:\n(?: {6}.*\n|\n(?= {6}))*/gm, "");
}
