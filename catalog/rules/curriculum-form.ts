import type { z } from "zod";
import { type Curriculum, type Entry, KINDS } from "../../curriculum/curriculum.ts";
import { factsSchema, fileSchemas, roadmapSchema } from "../../curriculum/schema.ts";
import type { Catalog } from "../catalog.ts";
import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "curriculum-form",
  why: "Everything that lists, counts or scaffolds reads the curriculum and trusts its form.",
  *check(catalog) {
    const { curriculum } = catalog;
    for (const [file, schema] of schemas(curriculum)) {
      for (const { path, message } of schema.safeParse(curriculum.parsed(file)).error?.issues ??
        []) {
        const remedy = "the forms are in curriculum/schema.ts";
        yield { file, line: 1, message: `${path.join(".") || "the file"}: ${message}`, remedy };
      }
    }
    const known = namesOf(catalog);
    for (const { entry, built } of catalog.all) {
      if (!entry) continue;
      const at = { file: entry.file, line: curriculum.lineOf(entry) };
      for (const name of namedBy(entry, curriculum).filter((one) => !known.has(one))) {
        const message = `${entry.id} names ${name}, which is nowhere in the curriculum`;
        yield { ...at, message, remedy: "add it, or name another" };
      }
      const said = entry.title && (entry.question || entry.kind === "article");
      if (built || said) continue;
      const message = `${entry.id} is not built, and its entry has no title or no question`;
      yield { ...at, message, remedy: "say what it will ask" };
    }
  },
};

function schemas(curriculum: Curriculum): [string, z.ZodType][] {
  const lists = KINDS.flatMap((kind) =>
    curriculum.files(kind).map((file): [string, z.ZodType] => [file, fileSchemas[kind]]),
  );
  return [
    ["curriculum/roadmap.yaml", roadmapSchema],
    ["curriculum/facts.yaml", factsSchema],
    ...lists,
  ];
}

/** What an entry can name: weeks, categories, slugs of labs and systems, facts. */
function namesOf({ curriculum, all }: Catalog): Set<string> {
  const { categories, phases } = curriculum.roadmap;
  return new Set([
    ...phases.flatMap(({ weeks }) => weeks.map(({ number }) => `week ${number}`)),
    ...categories.map(({ id }) => `category ${id}`),
    ...all.flatMap(({ kind, slug }) => (kind === "article" ? [] : `lab ${slug}`)),
    ...curriculum.facts.map(({ id }) => `fact ${id}`),
  ]);
}

function namedBy({ kind, id, week }: Entry, curriculum: Curriculum): string[] {
  const category = kind === "system" ? [] : [`category ${id.slice(0, id.indexOf("/"))}`];
  // What is no list has been told of by its schema.
  const named = (what: string, names: unknown) =>
    Array.isArray(names) ? names.map((name) => `${what} ${name}`) : [];
  if (kind === "article") {
    const { labs, facts } = curriculum.essay(id) ?? {};
    return [`week ${week}`, ...category, ...named("lab", labs), ...named("fact", facts)];
  }
  const { related, composes } = curriculum.experiment(kind, id) ?? {};
  return [`week ${week}`, ...category, ...named("lab", related), ...named("lab", composes)];
}
