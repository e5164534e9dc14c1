// Checks the project as data: every file in rules/ is a rule, and each says what it found wrong.

import { readdirSync } from "node:fs";
import { UnreadableCurriculum } from "../curriculum/curriculum.ts";
import type { Catalog } from "./catalog.ts";

/** What a rule has found: where, what, and what to do about it. */
export interface Finding {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface Rule {
  readonly name: string;
  /** What goes wrong where it is not kept. */
  readonly why: string;
  check(catalog: Catalog): Iterable<Finding>;
}

export interface Violation extends Finding {
  readonly rule: string;
  readonly why: string;
}

const FOLDER = new URL("rules/", import.meta.url);

/** All rules, by name: each is the export `rule` of a file of its own. */
export async function allRules(): Promise<Rule[]> {
  const files = readdirSync(FOLDER).filter((name) => /^[a-z-]+\.ts$/.test(name));
  const modules = await Promise.all(files.map((name) => import(new URL(name, FOLDER).href)));
  return modules.map(({ rule }) => rule as Rule);
}

/**
 * Everything that breaks a rule, sorted by file and line. While the curriculum cannot be read there
 * is only that to say, since the rules rest on it.
 */
export async function check(catalog: Catalog, rules?: readonly Rule[]): Promise<Violation[]> {
  try {
    const violations = (rules ?? (await allRules())).flatMap((rule) =>
      [...rule.check(catalog)].map((found) => ({ rule: rule.name, why: rule.why, ...found })),
    );
    return violations.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  } catch (error) {
    if (!(error instanceof UnreadableCurriculum)) throw error;
    const { file, line, problem } = error;
    const { name, why } = (await import("./rules/curriculum-form.ts")).rule;
    return [{ rule: name, why, file, line, message: problem, remedy: "see curriculum/schema.ts" }];
  }
}
