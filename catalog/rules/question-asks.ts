import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "question-asks",
  why: "A lab answers one question, and its reader predicts the answer first.",
  *check({ labs }) {
    for (const { path, source } of labs) {
      if (!source?.question || source.question.endsWith("?")) continue;
      yield {
        file: path,
        line: source.lineOf("question"),
        message: "its question does not end in a question mark",
        remedy: "ask what the run will show",
      };
    }
  },
};
