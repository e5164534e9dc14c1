// Many labs in one table.

import type { Ran } from "../run/labs.ts";
import { differences } from "./matrix.ts";
import { paint } from "./style.ts";
import { table } from "./table.ts";

/** A line for each lab, then what differs, then the count. */
export function summary(all: readonly Ran[]): string[] {
  const rows = all.map(({ id, end }) => [
    id,
    end.outcome === "as-declared" ? paint("green", "as declared") : paint("red", outcome(end)),
    `${(end.at / 1_000).toFixed(1)} s`,
  ]);
  const details = all.flatMap(({ id, end }) => {
    const lines = end.error ? end.error.split("\n") : differences(end);
    return lines.length > 0 ? ["", `${id}`, ...lines.map((line) => `  ${line}`)] : [];
  });
  const held = all.filter(({ end }) => end.outcome === "as-declared").length;
  return [...table(rows), ...details, "", `${held} of ${all.length} labs as declared`];
}

function outcome({ outcome, missing }: Ran["end"]): string {
  return missing ? `needs ${missing}` : outcome;
}
