// The cells of a matrix as HTML, the same from the build and from a run in the browser. The words
// and the numbers are those of the terminal.

import type { RatioFound, Verdict } from "../../contracts/events.ts";
import type { Source, Spread } from "./live/data.ts";

/** A verdict: its mark, and its word where there is room. */
export function verdictCell(verdict: Verdict, kind = "", ratio?: RatioFound): string {
  const times = ratio
    ? `<small title="95 %: ${readable(ratio.low)} to ${readable(ratio.high)}">` +
      `${readable(ratio.median)}&times;</small>`
    : "";
  return `<span class="verdict ${verdict} ${kind}"><span>${verdict}</span></span>${times}`;
}

/**
 * A measure: its median, the range where it has one, and a bar against the row's largest. An
 * author's number tells where it comes from.
 */
export function measureCell(spread: Spread, largest: number, source?: Source): string {
  const { median, low, high } = spread;
  const share = largest > 0 ? Math.round((Math.max(0, median) / largest) * 100) : 0;
  const range = low === high ? "" : `<small>${readable(low)} - ${readable(high)}</small>`;
  const bar = `<span class="bar"><i style="width:${share}%"></i></span>`;
  const told = source ? ` title="${source.title}" data-copy="${source.command}"` : "";
  return `<span class="number"${told}>${readable(median)}</span>${bar}${range}`;
}

/** The largest median of a row. */
export function largestOf(row: Readonly<Record<string, Spread>>): number {
  return Math.max(0, ...Object.values(row).map(({ median }) => median));
}

/** A number as a person reads it: whole when it is whole, else with two or three digits that count. */
export function readable(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const digits = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : undefined;
  if (digits === undefined) return value.toPrecision(2);
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString("en-US", format);
}
