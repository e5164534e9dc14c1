// How right a guess was, and what a deleted line was for.

import type { LabData, Table } from "./data.ts";
import type { Guess } from "./studio.ts";

export interface Score {
  readonly right: number;
  readonly of: number;
}

/** How many cells were guessed, and how many rightly. */
export function score(guess: Guess, verdicts: Table<string>): Score {
  const cells = Object.entries(guess).flatMap(([claim, byArm]) =>
    Object.entries(byArm).map(([arm, guessed]) => guessed === verdicts[claim]?.[arm]),
  );
  return { right: cells.filter(Boolean).length, of: cells.length };
}

/** How many cells of a guess are marked. */
export function marked(guess: Guess): number {
  return Object.values(guess).flatMap(Object.keys).length;
}

/** The claims that an arm is declared to keep and does not keep here. */
export function fallen({ claims }: LabData, verdicts: Table<string>): string[] {
  const falls = ([claim, byArm]: [string, Readonly<Record<string, string>>]) =>
    Object.entries(byArm).some(
      ([arm, verdict]) => verdict !== "kept" && !claims[claim]?.brokenBy.includes(arm),
    );
  return Object.entries(verdicts)
    .filter(falls)
    .map(([claim]) => claim);
}
