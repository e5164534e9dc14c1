// The evidence of a lab, and whether it still speaks for the lab as it is now.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Evidence } from "../contracts/evidence.ts";
import { sourceHash } from "../contracts/source-hash.ts";

/** Loaded late: the schema library is a third of a command's start, and a run reads no evidence. */
function evidenceSchema() {
  const load = createRequire(import.meta.url);
  return (load("../contracts/evidence.ts") as typeof import("../contracts/evidence.ts"))
    .evidenceSchema;
}

/** The part of the evidence that decides; the curves and notes of hundreds of labs take a second. */
function standingSchema() {
  return evidenceSchema().pick({
    version: true,
    id: true,
    source: true,
    lab: true,
    verdicts: true,
  });
}
type Standing = Pick<Evidence, "id" | "source" | "lab" | "verdicts">;

/** What a lab was recorded as, when that is of the code as it is now, and what is wrong with it. */
export interface Recorded {
  readonly lab?: Evidence["lab"];
  readonly problem?: { readonly kind: "absent" | "unreadable" | "older" | "differs"; text: string };
}

/** Judges the evidence of a lab with this id in this folder. */
export function readRecorded(folder: string, id: string): Recorded {
  const file = join(folder, "evidence.json");
  if (!existsSync(file)) return problem("absent", "it has never been recorded");
  const evidence = parsed(file, standingSchema());
  if (!evidence) return problem("unreadable", "its evidence.json is not a record that we can read");
  if (evidence.id !== id) {
    return problem("unreadable", `its evidence was recorded for ${evidence.id}`);
  }
  if (evidence.source !== sourceHash(folder)) {
    return problem("older", "it has changed since its evidence was recorded");
  }
  const { lab } = evidence;
  const [wrong] = differences(evidence);
  return wrong ? { lab, ...problem("differs", `its evidence does not hold: ${wrong}`) } : { lab };
}

/** The whole evidence in a lab's folder; undefined when there is none or it has not its form. */
export function readEvidence(folder: string): Evidence | undefined {
  const file = join(folder, "evidence.json");
  return existsSync(file) ? parsed(file, evidenceSchema()) : undefined;
}

/** Where the verdicts of the evidence are not what the lab declares, in words. */
function differences({ lab, verdicts }: Standing): string[] {
  return Object.entries(lab.claims).flatMap(([claim, { brokenBy }]) =>
    lab.arms.flatMap((arm) => {
      const declared = brokenBy.includes(arm) ? "broken" : "kept";
      const found = verdicts[claim]?.[arm] ?? [];
      const as = found.length > 0 && found.every((verdict) => verdict === declared);
      return as ? [] : [`"${claim}" is not ${declared} by ${arm} in every round`];
    }),
  );
}

function parsed<Form>(file: string, schema: { parse(value: unknown): Form }): Form | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function problem(kind: NonNullable<Recorded["problem"]>["kind"], text: string): Recorded {
  return { problem: { kind, text } };
}
