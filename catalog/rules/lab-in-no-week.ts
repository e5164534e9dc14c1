import { fileOf } from "../../curriculum/curriculum.ts";
import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "lab-in-no-week",
  why: "A reader goes by the weeks, and never meets what is in none of them.",
  *check({ built }) {
    for (const { kind, id, path, slug, entry } of built) {
      if (entry) continue;
      yield {
        file: path,
        line: 1,
        message: `the curriculum does not know ${id}`,
        remedy: `add its slug, ${slug}, and its week to ${fileOf(kind, id)}`,
      };
    }
  },
};
