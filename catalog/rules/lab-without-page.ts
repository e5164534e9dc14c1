import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "lab-without-page",
  why: "A matrix without an explanation teaches nobody.",
  *check({ labs }) {
    for (const { path, page, pagePath } of labs) {
      if (page) continue;
      yield { file: path, line: 1, message: "it has no page", remedy: `write ${pagePath}` };
    }
  },
};
