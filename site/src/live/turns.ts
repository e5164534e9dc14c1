// The reader's runs at other values of a knob, as points on a curve: how a measure grows.

import type { LabData, Shown } from "./data.ts";
import type { Drawing, Lines } from "./plot.ts";

/** A run at some values of the knobs. */
export interface Point {
  readonly knobs: Readonly<Record<string, number>>;
  readonly shown: Shown;
}

/**
 * A drawing for each measure over the knob that was turned last, or else the first that was swept:
 * the reader's runs that differ from the defaults in that knob alone, before what the author has
 * recorded at the default and at other values. None where all that is one value.
 */
export function drawingsOf(data: LabData, points: readonly Point[]): Drawing[] {
  const turned = turnedIn(data, points.at(-1)?.knobs ?? {});
  const [knob = Object.keys(data.sweeps)[0]] = turned;
  if (turned.length > 1 || knob === undefined) return [];
  const along = points.filter(({ knobs }) => turnedIn(data, knobs).every((one) => one === knob));
  const own = along.map(({ knobs, shown }) => at(knobs[knob], shown));
  const authors = recordedAlong(data, knob);
  if (new Set([...own, ...authors].map(({ value }) => value)).size < 2) return [];
  return Object.entries(data.measures).map(([measure, unit]) => ({
    title: unit ? `${measure}, ${unit}` : measure,
    x: knob,
    lines: linesOf(data.arms, own, measure),
    behind: linesOf(data.arms, authors, measure),
  }));
}

/** What an arm cost at a value of the knob; none where it was not run. */
interface At {
  readonly value: number;
  median(measure: string, arm: string): number | undefined;
}

function at(value = 0, { measures }: Shown): At {
  return { value, median: (measure, arm) => measures[measure]?.[arm]?.median };
}

/** The author's points: at the default, and where the knob was swept. */
function recordedAlong({ recorded, knobs, sweeps }: LabData, knob: string): At[] {
  const first = recorded ? [at(knobs[knob]?.value, recorded)] : [];
  const swept = (sweeps[knob] ?? []).filter(({ value }) => value !== knobs[knob]?.value);
  const others = swept.map(({ value, measures }) => ({
    value,
    median: (measure: string, arm: string) => measures[measure]?.[arm],
  }));
  return [...first, ...others];
}

function turnedIn({ knobs: defaults }: LabData, knobs: Point["knobs"]): string[] {
  return Object.keys(knobs).filter((name) => knobs[name] !== defaults[name]?.value);
}

function linesOf(arms: readonly string[], points: readonly At[], measure: string): Lines {
  const lines = arms.map((arm) => {
    const cells = points.flatMap(({ value, median }): [number, number][] => {
      const cell = median(measure, arm);
      return cell === undefined ? [] : [[value, cell]];
    });
    return [arm, cells] as const;
  });
  return Object.fromEntries(lines.filter(([, cells]) => cells.length > 0));
}
