import { relative } from "node:path";
import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "matters-claim",
  why: "The line that matters is deleted in a copy, and the claim that it names must fall.",
  *check({ labs, root }) {
    for (const { source } of labs) {
      const known = source?.claims.map(({ claim }) => claim) ?? [];
      for (const { claims, file, line } of source?.matters ?? []) {
        const unknown = claims.find((claim) => !known.includes(claim));
        if (unknown === undefined) continue;
        yield {
          file: relative(root, file),
          line,
          message: `this line matters to "${unknown}", which is no claim of the lab`,
          remedy: `write one of its claims: ${known.join("; ")}`,
        };
      }
    }
  },
};
