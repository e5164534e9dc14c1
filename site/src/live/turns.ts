// The reader's runs at other values of a knob, as points on a curve: how a measure grows.

import type { LabData, Shown } from "./data.ts";
import type { Drawing, Lines } from "./plot.ts";

/** A run at some values of the knobs. */
export interface Point {
  readonly knobs: Readonly<Record<string, number>>;
  readonly shown: Shown;
}

/**
 * A drawing for each measure over the knob that was turned last, from all runs that differ from the
 * defaults in that knob alone. None where there is only one such point.
 */
export function drawingsOf(data: LabData, points: readonly Point[]): Drawing[] {
  const turned = turnedIn(data, points.at(-1)?.knobs ?? {});
  const [knob] = turned;
  if (turned.length !== 1 || knob === undefined) return [];
  const along = points.filter(({ knobs }) => turnedIn(data, knobs).every((one) => one === knob));
  if (new Set(along.map(({ knobs }) => knobs[knob])).size < 2) return [];
  return Object.entries(data.measures).map(([measure, unit]) => ({
    title: unit ? `${measure}, ${unit}` : measure,
    x: knob,
    lines: linesOf(along, knob, measure),
  }));
}

function turnedIn({ knobs: defaults }: LabData, knobs: Point["knobs"]): string[] {
  return Object.keys(knobs).filter((name) => knobs[name] !== defaults[name]?.value);
}

function linesOf(points: readonly Point[], knob: string, measure: string): Lines {
  const lines: Record<string, [number, number][]> = {};
  for (const { knobs, shown } of points) {
    for (const [arm, { median }] of Object.entries(shown.measures[measure] ?? {})) {
      lines[arm] = [...(lines[arm] ?? []), [knobs[knob] ?? 0, median]];
    }
  }
  return lines;
}
