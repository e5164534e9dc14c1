import type { Rule } from "../check.ts";

export const rule: Rule = {
  name: "claim-without-control",
  why: "A claim that no arm breaks proves nothing: the experiment might not be able to fail.",
  *check({ labs }) {
    for (const { path, source } of labs) {
      for (const { claim, line, brokenBy } of source?.claims ?? []) {
        if (brokenBy && brokenBy.length > 0) continue;
        yield {
          file: path,
          line,
          message: brokenBy
            ? `no arm breaks the claim "${claim}"`
            : `the claim "${claim}" has no brokenBy that can be read without running the lab`,
          remedy: 'name the arms that break it, as brokenBy: ["naive"], or drop the claim',
        };
      }
    }
  },
};
