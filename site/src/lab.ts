// A lab or a system as its page shows it: from its evidence where that still speaks for its code,
// else from the code alone.

import { basename } from "node:path";
import type { Deliverable } from "../../catalog/deliverable.ts";
import type { LabSource } from "../../catalog/lab-source.ts";
import type { Description } from "../../contracts/description.ts";
import type { Verdict } from "../../contracts/events.ts";
import type { Evidence } from "../../contracts/evidence.ts";
import type { LabData, Shown, Table } from "./live/data.ts";
import { sourceOf } from "./provenance.ts";

/** The evidence, unless the code has changed since. */
export function standing({ recorded, evidence }: Deliverable): Evidence | undefined {
  return recorded.lab && evidence;
}

/** What the page carries for the browser. Throws for a lab whose code cannot be parsed. */
export function dataOf(one: Deliverable): LabData {
  const source = one.source;
  if (!source) throw new Error(`${one.path}: ${one.parsed.problem?.text}`);
  const evidence = standing(one);
  const { arms, claims, measures, knobs, services } = evidence?.lab ?? declared(source);
  return {
    ...{ id: one.id, slug: one.slug, category: one.category, arms, claims, measures, knobs },
    services: Object.keys(services),
    matters: source.matters.map((line) => ({ ...line, file: basename(line.file) })),
    recorded: evidence && shownIn(evidence),
    source: evidence && sourceOf(one, evidence),
    sweeps: evidence?.sweeps ?? {},
    series: evidence?.series ?? {},
  };
}

type Told = Pick<Description, "arms" | "claims" | "measures" | "knobs" | "services">;

/** What the code states outright. A knob whose value would have to be computed is left out. */
function declared(source: LabSource): Told {
  const knobs = Object.entries(source.knobs).flatMap(([name, { value, from, to }]) => {
    if (value === undefined) return [];
    return [[name, { value, from: from ?? 1, to: to ?? Math.max(10, value * 10) }]];
  });
  return {
    arms: source.arms.map(({ name }) => name),
    claims: Object.fromEntries(
      source.claims.map(({ claim, brokenBy }) => [claim, { brokenBy: [...(brokenBy ?? [])] }]),
    ),
    measures: Object.fromEntries(source.measures.map((name) => [name, ""])),
    knobs: Object.fromEntries(knobs),
    services: Object.fromEntries(
      source.services.map((name) => [name, { service: name, options: {}, alone: true }]),
    ),
  };
}

function shownIn({ verdicts, measures, ratios }: Evidence): Shown {
  const agreed: Record<string, Record<string, Verdict>> = {};
  for (const [claim, byArm] of Object.entries(verdicts)) {
    const cells = Object.entries(byArm).map(([arm, rounds]) => [arm, agreement(rounds)] as const);
    agreed[claim] = Object.fromEntries(cells);
  }
  return { verdicts: agreed satisfies Table<Verdict>, measures, ratios };
}

/** One verdict for all rounds; what wavers is neither kept nor broken. */
function agreement(rounds: readonly Verdict[]): Verdict {
  const [first = "inconclusive"] = rounds;
  return rounds.every((one) => one === first) ? first : "inconclusive";
}
