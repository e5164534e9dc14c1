import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "unique-slug",
  why: "A slug alone must be enough to run a lab and to name it in a list of related ones.",
  *check({ all, curriculum }) {
    const first = new Map<string, string>();
    for (const { kind, slug, id, path, built, entry } of all) {
      if (kind === "article") continue;
      const other = first.get(slug);
      first.set(slug, other ?? id);
      if (!other) continue;
      yield {
        file: built ? path : entry!.file,
        line: built ? 1 : curriculum.lineOf(entry!),
        message: `${id} has the slug of ${other}`,
        remedy: "give one of them another slug",
      };
    }
  },
};
