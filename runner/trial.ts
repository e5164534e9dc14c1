// Judges one trial: is the finding plain, and which claims does it keep?

import type { Lab } from "#kit";
import type { Judged } from "./messages.ts";

/** Judges a finding. Throws with the name of the claim or measure that could not be decided. */
export function judgeTrial(lab: Lab, found: unknown): Judged {
  const flaw = notPlain(found, "finding");
  if (flaw) throw new Error(`${flaw}; a finding is plain JSON`);
  const verdicts: Record<string, boolean> = {};
  const ratios: Record<string, number> = {};
  for (const [name, claim] of Object.entries(lab.claims)) {
    const context = `claim "${name}"`;
    if ("ratio" in claim) ratios[name] = number(context, () => claim.ratio(found));
    else verdicts[name] = boolean(context, () => claim.holds(found));
  }
  const measures = Object.entries(lab.measures ?? {}).map(([name, measure]) => {
    const of = typeof measure === "function" ? measure : measure.of;
    return [name, number(`measure "${name}"`, () => of(found))] as const;
  });
  return { finding: found, verdicts, ratios, measures: Object.fromEntries(measures) };
}

function boolean(context: string, decide: () => unknown): boolean {
  const answer = evaluate(context, decide);
  if (typeof answer === "boolean") return answer;
  throw new Error(`${context} gave ${String(answer)}, not true or false`);
}

function number(context: string, compute: () => unknown): number {
  const answer = evaluate(context, compute);
  if (typeof answer === "number" && Number.isFinite(answer)) return answer;
  throw new Error(`${context} gave ${String(answer)}, not a number`);
}

function evaluate(context: string, compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    throw new Error(`${context} threw: ${error instanceof Error ? error.message : error}`);
  }
}

/** Says where a value is not plain JSON, or undefined when all of it is. */
export function notPlain(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  }
  if (typeof value !== "object") return `${path} is a ${typeof value}`;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return `${path} is a ${prototype.constructor?.name ?? "strange object"}`;
  }
  for (const [key, part] of Object.entries(value)) {
    const flaw = notPlain(part, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    if (flaw) return flaw;
  }
  return undefined;
}
