/** What is known of a series in four numbers: half of its values lie from `low` to `high`. */
export interface Spread {
  readonly median: number;
  /** The 25th percentile. */
  readonly low: number;
  /** The 75th percentile. */
  readonly high: number;
  /** How many values there were. */
  readonly n: number;
}

/** The sum of the values; of none, 0. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The arithmetic mean. An empty list is a RangeError. */
export function mean(values: readonly number[]): number {
  refuseNone(values);
  return sum(values) / values.length;
}

/** The middle value, or the mean of the two in the middle. An empty list is a RangeError. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * The value below which `percent` (0 to 100) of the values lie, interpolated between the two
 * nearest: definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), as
 * in R, NumPy and spreadsheets. An empty list or a NaN among the values is a RangeError.
 */
export function percentile(values: readonly number[], percent: number): number {
  return percentileInOrder(inOrder(values), percent);
}

/** The median and the two quartiles around it. An empty list is a RangeError. */
export function spread(values: readonly number[]): Spread {
  const ordered = inOrder(values);
  return {
    median: percentileInOrder(ordered, 50),
    low: percentileInOrder(ordered, 25),
    high: percentileInOrder(ordered, 75),
    n: ordered.length,
  };
}

// A NaN has no place in an order; the sort puts it last, where it would pass for the largest.
function inOrder(values: readonly number[]): Float64Array {
  refuseNone(values);
  const ordered = new Float64Array(values).sort();
  if (Number.isNaN(ordered.at(-1))) throw new RangeError("a NaN among the values");
  return ordered;
}

function refuseNone(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError("an empty list has no mean and no percentile");
}

function percentileInOrder(ordered: Float64Array, percent: number): number {
  if (!(percent >= 0 && percent <= 100)) {
    throw new RangeError(`a percentile is asked for with 0 to 100, not ${percent}`);
  }
  const rank = (percent / 100) * (ordered.length - 1);
  const below = ordered[Math.floor(rank)]!;
  const above = ordered[Math.ceil(rank)]!;
  return below === above ? below : below + (rank - Math.floor(rank)) * (above - below);
}
