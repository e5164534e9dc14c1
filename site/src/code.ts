// The code of a lab, arm by arm: what an arm's entry names and all that this needs, in the order of
// the files.

import { basename } from "node:path";
import type { ArmSource, LabSource } from "../../catalog/lab-source.ts";

/** A piece of a file, whole lines. */
export interface Piece {
  readonly file: string;
  /** The number of its first line in the file. */
  readonly line: number;
  readonly text: string;
}

/** The declarations that an arm consists of, then its entry among the arms. */
export function piecesOf(source: LabSource, arm: ArmSource): Piece[] {
  const declared = arm.uses.flatMap((name) => {
    const found = source.parts.declaration(name);
    if (!found) return [];
    const { module, text } = found;
    return { file: basename(module.file), line: lineAt(module.text, text), text };
  });
  const order = declared.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  const entry = { file: basename(source.file), line: arm.line, text: arm.text };
  return [...order, entry];
}

function lineAt(whole: string, part: string): number {
  return whole.slice(0, whole.indexOf(part)).split("\n").length;
}
