import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "sourced-production",
  why: "What a company does is told by its own words, and a reader can look them up.",
  *check({ built }) {
    for (const { page, pagePath: file } of built) {
      for (const { line, section, links } of page?.paragraphs ?? []) {
        if (section !== "In production" || links.some((link) => link.startsWith("http"))) continue;
        yield {
          file,
          line,
          message: "this real-world paragraph names no source",
          remedy: "link the page that says so, or leave it out",
        };
      }
    }
  },
};
