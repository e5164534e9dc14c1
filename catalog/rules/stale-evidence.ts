import { dirname } from "node:path";
import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "stale-evidence",
  why: "Evidence speaks for the code that it was recorded with, and for claims that held then.",
  *check({ labs }) {
    for (const { id, path, recorded, evidence } of labs) {
      const { problem } = recorded;
      if (problem ? problem.kind === "absent" : evidence) continue;
      yield {
        file: `${dirname(path)}/evidence.json`,
        line: 1,
        message: problem?.text ?? "its evidence.json has not the form of a record",
        remedy: `npx pareto run ${id} --record`,
      };
    }
  },
};
