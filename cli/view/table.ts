// Aligned columns. Widths are counted without colour, so cells are styled after they are padded.

import { stripVTControlCharacters } from "node:util";

/** Rows of cells as lines; the first column is flush left, the others flush right. */
export function table(rows: readonly (readonly string[])[], gap = 2): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  return rows.map((row) =>
    widths
      .map((size, column) => pad(row[column] ?? "", size, column === 0))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

function pad(cell: string, size: number, left: boolean): string {
  const blank = " ".repeat(size - width(cell));
  return left ? cell + blank : blank + cell;
}
