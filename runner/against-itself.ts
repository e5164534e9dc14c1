// An A/A run: one arm against itself. Whatever difference comes out is the machine's, so nearly all
// of these comparisons must come out inconclusive; else the ratios of this lab mean nothing here.

import { compare, pairedRatio, type Ratio } from "#kit";
import type { Event } from "../contracts/events.ts";
import { again } from "./describe.ts";
import type { House } from "./house.ts";
import { type Request, run } from "./run.ts";

/** How an arm compared with itself in one measure. */
export interface SelfComparison {
  readonly measure: string;
  readonly ratio: Ratio;
  /** True when chance was taken for a difference: the interval does not hold 1. */
  readonly differs: boolean;
}

/** Runs the arm twice in every round and compares its positive measures, paired by round. */
export async function againstItself(
  request: Request,
  arm: string,
  house: House,
  hear: (event: Event) => void,
): Promise<SelfComparison[]> {
  const values = new Map<string, Map<string, number[]>>([
    [arm, new Map()],
    [again(arm), new Map()],
  ]);
  for await (const event of run({ ...request, arms: [...values.keys()] }, house)) {
    hear(event);
    if (event.kind === "finding" && event.round > 0) {
      const byMeasure = values.get(event.arm) as Map<string, number[]>;
      for (const [measure, value] of Object.entries({ ...event.measures, duration: event.ms })) {
        byMeasure.set(measure, [...(byMeasure.get(measure) ?? []), value]);
      }
    }
  }
  return compared(...([...values.values()] as [Map<string, number[]>, Map<string, number[]>]));
}

function compared(first: Map<string, number[]>, second: Map<string, number[]>): SelfComparison[] {
  return [...first].flatMap(([measure, ours]) => {
    const theirs = second.get(measure) ?? [];
    if (ours.length !== theirs.length || [...ours, ...theirs].some((one) => one <= 0)) return [];
    const ratio = pairedRatio(ours, theirs);
    const sides = [compare(ratio, { atMost: 1 }), compare(ratio, { atLeast: 1 })];
    const isSame = ratio.low === 1 && ratio.high === 1;
    return { measure, ratio, differs: !isSame && sides.includes("broken") };
  });
}
