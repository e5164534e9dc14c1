import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "reduced-entry",
  why: "Once a lab is built its own file says what it asks, and a second copy would drift from it.",
  *check({ built, curriculum }) {
    for (const { kind, id, path, entry } of built) {
      if (!entry) continue;
      const design = kind === "article" ? curriculum.essay(id) : curriculum.experiment(kind, id);
      const copies = [
        entry.title !== undefined && "title",
        entry.question !== undefined && "question",
        design && "design",
      ].filter((part) => part);
      if (copies.length === 0) continue;
      yield {
        file: entry.file,
        line: curriculum.lineOf(entry),
        message: `the entry of ${id} still has its ${copies.join(", ")}, and ${path} exists`,
        remedy: "keep its slug, its week and a fidelity that is not real",
      };
    }
  },
};
