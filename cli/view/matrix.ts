// The result of a run: claims down, arms across, and below them what each arm costs.

import type { EndEvent, PlanEvent } from "../../contracts/events.ts";
import { readable } from "../../contracts/readable.ts";
import { MARKS, paint } from "./style.ts";
import { table } from "./table.ts";

/** The matrix and the measures as lines. */
export function matrix({ lab, arms }: PlanEvent, end: EndEvent): string[] {
  const verdicts = Object.entries(end.verdicts).map(([claim, byArm]) => [
    claim,
    ...arms.map((arm) => {
      const { mark, style } = MARKS[byArm[arm] ?? "inconclusive"];
      return paint(style, mark);
    }),
  ]);
  const measures = Object.entries(end.measures).map(([measure, byArm]) => [
    paint("dim", `${measure}${lab.measures[measure] ? `, ${lab.measures[measure]}` : ""}`),
    ...readable(arms.map((arm) => byArm[arm]?.median ?? Number.NaN)),
  ]);
  const ratios = end.ratios.map(({ claim, arm, ...ratio }) => {
    const [median, low, high] = readable([ratio.median, ratio.low, ratio.high]);
    const times = `${median} times ${lab.claims[claim]?.ratio?.to} (95 %: ${low} to ${high})`;
    return paint("dim", `  ${arm}: ${times}, for "${claim}"`);
  });
  return [...table([["", ...arms], ...verdicts, ...measures], 4), ...ratios];
}

/** What differs from the lab's own declaration, a sentence each. */
export function differences({ differences }: EndEvent): string[] {
  return differences.map(({ arm, claim, declared, found }) => {
    const rounds = new Set(found).size > 1 ? `${found.join(", ")} from round to round` : found[0];
    return `"${claim}": the lab declares that ${arm} has it ${declared}, the run found ${rounds}.`;
  });
}
