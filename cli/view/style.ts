// The one visual language of the terminal. styleText leaves colour out of pipes and under NO_COLOR.

import { styleText } from "node:util";
import type { Verdict } from "../../contracts/events.ts";

type Style = Parameters<typeof styleText>[0];

/** A text in a style, where the stream shows colours. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout) {
  return styleText(style, text, { stream });
}

/** Kept, broken, inconclusive: told apart by shape, and by colour where there is any. */
export const MARKS: Record<Verdict, { mark: string; style: Style }> = {
  kept: { mark: "✔", style: "green" },
  broken: { mark: "✘", style: "red" },
  inconclusive: { mark: "?", style: "yellow" },
};

/**
 * Numbers of one row as a person reads them: all whole, or all with as many decimals as the smallest
 * needs to show two digits.
 */
export function readable(values: readonly number[]): string[] {
  const digits = Math.max(0, ...values.map(decimals));
  return values.map((value) =>
    Number.isNaN(value)
      ? ""
      : value.toLocaleString("en-US", {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }),
  );
}

function decimals(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return 0;
  return Math.min(6, Math.max(1, 2 - Math.ceil(Math.log10(Math.abs(value)))));
}
