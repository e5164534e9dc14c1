// The cells of a matrix as HTML, the same from the build and from a run in the browser. The words
// and the numbers are those of the terminal.

import type { RatioFound, Verdict } from "../../contracts/events.ts";
import { readable } from "../../contracts/readable.ts";
import type { Source, Spread } from "./live/data.ts";

/** A verdict: its mark, and its word where there is room. */
export function verdictCell(verdict: Verdict, kind = "", ratio?: RatioFound): string {
  const [median, low, high] = ratio ? readable([ratio.median, ratio.low, ratio.high]) : [];
  const times = ratio ? `<small title="95 %: ${low} to ${high}">${median}&times;</small>` : "";
  return `<span class="verdict ${verdict} ${kind}"><span>${verdict}</span></span>${times}`;
}

/**
 * The cells of a measure by arm: the median, the range where there is one, and a bar against the
 * row's largest. An author's number tells where it comes from.
 */
export function measureCells(
  row: Readonly<Record<string, Spread>>,
  source?: Source,
): Record<string, string> {
  const medians = Object.values(row).map(({ median }) => median);
  const texts = readable(medians);
  const largest = Math.max(0, ...medians);
  const told = source ? ` title="${source.title}" data-copy="${source.command}"` : "";
  const cells = Object.entries(row).map(([arm, { median, low, high }], index) => {
    const share = largest > 0 ? Math.round((Math.max(0, median) / largest) * 100) : 0;
    const range = low === high ? "" : `<small>${readable([low, high]).join(" - ")}</small>`;
    const bar = `<span class="bar"><i style="width:${share}%"></i></span>`;
    return [arm, `<span class="number"${told}>${texts[index]}</span>${bar}${range}`] as const;
  });
  return Object.fromEntries(cells);
}
