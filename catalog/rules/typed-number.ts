import type { Rule } from "../check.ts";

/** A number with a unit, or with a decimal point; "429s" and "127.0.0.1" are neither. */
const MEASURED = /(?<![\w./-])\d[\d,]*(?:(?:\.\d+)?(?: s| ?(?:ns|us|ms|x|%))(?!\w)|\.\d+(?![\w.]))/;

/** What has a point and is no measurement: "Redis 7.0", "HTTP/1.1", "TLS 1.3", "section 4.2". */
const VERSION = /(?:\b[A-Z][\w+-]*|\bv|\bversion|\bsection|\bchapter)[ /]?\d+(?:\.\d+)+/g;

export const rule: Rule = {
  name: "typed-number",
  why: "A number that somebody typed is not the one that the reader's run shows.",
  *check({ built }) {
    for (const { page, pagePath: file } of built) {
      for (const { line, text, links } of page?.paragraphs ?? []) {
        if (links.some((link) => link.startsWith("http"))) continue;
        const prose = text.replace(/`[^`]*`|\{\{.*?\}\}|<[^>]*>|\]\([^)]*\)/g, " ");
        const [number] = MEASURED.exec(prose.replace(VERSION, " ")) ?? [];
        if (!number) continue;
        yield {
          file,
          line,
          message: `"${number}" looks like a measurement that somebody typed`,
          remedy: "say it in relations, name the measure, or link the source of the figure",
        };
      }
    }
  },
};
