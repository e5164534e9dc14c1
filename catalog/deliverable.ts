// One line of the roadmap, or a lab that is in no week: what the curriculum says of it and what its
// folder shows. Everything is read when it is first asked for.

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Evidence } from "../contracts/evidence.ts";
import type { Entry } from "../curriculum/curriculum.ts";
import type { Kind } from "../curriculum/schema.ts";
import type { Catalog } from "./catalog.ts";
import type { Place } from "./folders.ts";
import { type LabSource, type Parsed, parseLab } from "./lab-source.ts";
import { Page } from "./page.ts";
import { type Recorded, readEvidence, readRecorded } from "./recorded.ts";

export type State = "designed" | "built" | "verified";

export class Deliverable {
  readonly kind: Kind;
  readonly id: string;
  /** Its file, relative to the project: a lab's lab.ts, an article's .mdx. */
  readonly path: string;
  readonly built: boolean;
  readonly #catalog: Catalog;
  #parsed: Parsed | undefined;
  #recorded: Recorded | undefined;
  #page: Page | undefined;

  constructor({ kind, id, path }: Place, catalog: Catalog, built: boolean) {
    this.kind = kind;
    this.id = id;
    this.path = path;
    this.built = built;
    this.#catalog = catalog;
  }

  /** Its file, absolute. */
  get file(): string {
    return join(this.#catalog.root, this.path);
  }

  /** The folder of its file, absolute. */
  get folder(): string {
    return dirname(this.file);
  }

  get slug(): string {
    return basename(this.id);
  }

  /** The first part of the id: a category, or the group of a system. */
  get category(): string {
    return this.id.slice(0, this.id.indexOf("/"));
  }

  get entry(): Entry | undefined {
    return this.#catalog.curriculum.entry(this.kind, this.id);
  }

  /** The lab's source; undefined for articles, for what is not built and for broken code. */
  get source(): LabSource | undefined {
    return this.parsed.source;
  }

  /** The lab's source, or why it cannot be read. */
  get parsed(): Parsed {
    if (!this.built || this.kind === "article") return {};
    this.#parsed ??= parseLab(this.file);
    return this.#parsed;
  }

  /** The page of prose, relative to the project: a lab's README.md, or the article itself. */
  get pagePath(): string {
    return this.kind === "article" ? this.path : `${dirname(this.path)}/README.md`;
  }

  get page(): Page | undefined {
    const file = join(this.#catalog.root, this.pagePath);
    if (!this.#page && existsSync(file)) this.#page = new Page(file);
    return this.#page;
  }

  /** The whole evidence of a lab or system; undefined when there is none that can be read. */
  get evidence(): Evidence | undefined {
    return this.kind === "article" ? undefined : readEvidence(this.folder);
  }

  /** Whether the evidence of a built lab or system speaks for it. */
  get recorded(): Recorded {
    if (!this.built || this.kind === "article") return {};
    this.#recorded ??= readRecorded(this.folder, this.id);
    return this.#recorded;
  }

  /** From its own file when it is built, where possible by way of its evidence: that is faster. */
  get title(): string {
    const page = this.kind === "article" ? this.page?.title : undefined;
    const own = this.recorded.lab?.title ?? this.source?.title ?? page;
    return own ?? this.entry?.title ?? this.slug;
  }

  get question(): string | undefined {
    const own = this.recorded.lab?.question ?? this.source?.question;
    return own ?? this.entry?.question;
  }

  get state(): State {
    if (!this.built) return "designed";
    return this.unverified ? "built" : "verified";
  }

  /** Why it is not verified, in words; undefined when it is. */
  get unverified(): string | undefined {
    if (!this.built) return "it is not built";
    if (this.kind !== "article") return this.recorded.problem?.text;
    const open = this.labs.find((slug) => this.#catalog.bySlug(slug)?.state !== "verified");
    return open === undefined ? undefined : `its lab ${open} is not verified`;
  }

  /** The slugs of the labs that an article stands on. */
  get labs(): readonly string[] {
    if (this.kind !== "article") return [];
    return this.page?.labs ?? this.#catalog.curriculum.essay(this.id)?.labs ?? [];
  }
}
