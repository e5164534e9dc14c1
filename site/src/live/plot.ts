// Plots, fetched only where there is something to draw.

import type uPlot from "uplot";
import { readable } from "../../../contracts/readable.ts";
import { element } from "./elements.ts";

/** Points by arm. */
export type Lines = Readonly<Record<string, readonly (readonly [number, number])[]>>;

/** What one plot shows. */
export interface Drawing {
  readonly title: string;
  readonly x: string;
  readonly lines: Lines;
  /** The author's, drawn thin behind. */
  readonly behind?: Lines;
}

const HEIGHT = 170;
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3], [1, 2], [12, 4]];

/** Draws all of them into a place, instead of what was there, with one legend for all. */
export async function plot(place: HTMLElement, drawings: readonly Drawing[]): Promise<void> {
  const { default: Plot } = await import("uplot");
  const arms = [...new Set(drawings.flatMap(armsOf))];
  const boxes = drawings.map(() => element("figure"));
  place.hidden = drawings.length === 0;
  place.replaceChildren(...boxes, legendOf(arms));
  for (const [index, drawing] of drawings.entries()) {
    const box = boxes[index]!;
    new Plot(optionsOf(drawing, arms, box.clientWidth), tableOf(drawing, Plot), box);
  }
}

function armsOf({ lines, behind = {} }: Drawing): string[] {
  return [...Object.keys(lines), ...Object.keys(behind)];
}

/** The arms with their colours and dashes, as they are drawn. */
function legendOf(arms: readonly string[]): HTMLElement {
  const items = arms.map((arm, index) => {
    const line = `<svg width="26" height="8" aria-hidden="true"><path d="M0 4h26" stroke="${colour(index)}"
      stroke-width="2" stroke-dasharray="${dash(index).join(" ")}"/></svg>`;
    const item = element("li", { innerHTML: line });
    item.append(arm);
    return item;
  });
  return element("ul", { className: "arms-legend" }, ...items);
}

function colour(index: number): string {
  return css(`--a${(index % 6) + 1}`);
}

function dash(index: number): number[] {
  return DASHES[index % DASHES.length]!;
}

function tableOf({ lines, behind = {} }: Drawing, Plot: typeof uPlot): uPlot.AlignedData {
  const all = [...Object.values(behind), ...Object.values(lines)];
  const tables = all.map((points): uPlot.AlignedData => {
    const sorted = points.toSorted(([a], [b]) => a - b);
    return [sorted.map(([x]) => x), sorted.map(([, y]) => y)];
  });
  return tables.length > 0 ? Plot.join(tables) : [[]];
}

function optionsOf(drawing: Drawing, arms: readonly string[], width: number): uPlot.Options {
  const { title, x, lines, behind = {} } = drawing;
  const line = (arm: string, label: string, thin: boolean): uPlot.Series => ({
    label,
    stroke: colour(arms.indexOf(arm)),
    width: thin ? 1 : 1.8,
    alpha: thin ? 0.55 : 1,
    dash: dash(arms.indexOf(arm)),
    spanGaps: true,
    points: { show: !thin || Object.values(behind).every((points) => points.length < 20) },
  });
  const axis = {
    stroke: css("--soft"),
    grid: { stroke: css("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    title,
    width,
    height: HEIGHT,
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: x, labelSize: 16, values: (_, splits) => readable(splits) },
      { ...axis, size: 62, values: (_, splits) => readable(splits) },
    ],
    series: [
      { label: x },
      ...Object.keys(behind).map((arm) => line(arm, `${arm}, author's`, true)),
      ...Object.keys(lines).map((arm) => line(arm, arm, false)),
    ],
  };
}

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
