import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "readable-lab",
  why: "Lists, pages and the site take a lab's title, claims and arms from its source.",
  *check({ labs }) {
    for (const { path, parsed } of labs) {
      const { source, problem } = parsed;
      const remedy = "write `export default lab({ ... })` with its parts as plain values";
      if (problem) yield { file: path, line: problem.line, message: problem.text, remedy };
      if (!source) continue;
      const missing = (what: string) => ({
        file: path,
        line: source.lineOf(what),
        message: `its ${what} cannot be read without running it`,
        remedy,
      });
      if (!source.title) yield missing("title");
      if (!source.question) yield missing("question");
      if (source.arms.length === 0) yield missing("arms");
      if (source.claims.length === 0) yield missing("claims");
    }
  },
};
