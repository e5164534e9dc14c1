import type { Rule } from "../check.ts";

const MOST_LINES = 150;

export const rule: Rule = {
  name: "long-lab",
  why: "A lab is read in one sitting; what it does not teach belongs into kit, services or patterns.",
  *check({ labs }) {
    for (const { path, source } of labs) {
      if (!source || source.lines <= MOST_LINES) continue;
      yield {
        file: path,
        line: MOST_LINES + 1,
        message: `it has ${source.lines} lines, and a lab has at most ${MOST_LINES}`,
        remedy: "ask one question less, or import what is not the subject",
      };
    }
  },
};
