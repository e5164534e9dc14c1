// How the numbers of a run are written, on the terminal and on a page alike.

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
