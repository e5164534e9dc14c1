/** One trial to come. */
export interface Turn {
  readonly arm: string;
  readonly round: number;
}

/**
 * The order of a run's trials. Arms take turns, and every second round goes backwards (ABBA), so
 * that neither a drift of the machine nor a fixed place in the round favours an arm.
 *
 * @param warmUp whether a round 0, whose numbers do not count, comes first
 */
export function turns(arms: readonly string[], rounds: number, warmUp: boolean): Turn[] {
  const first = warmUp ? 0 : 1;
  return Array.from({ length: rounds + 1 - first }, (_, index) => first + index).flatMap((round) =>
    (round % 2 === 1 ? arms : arms.toReversed()).map((arm) => ({ arm, round })),
  );
}
