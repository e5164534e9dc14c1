// The lines that matter: each can be deleted, in a copy, to see what falls.

import type { LabData } from "./data.ts";
import { button } from "./elements.ts";

/** Puts a button at the end of every such line. */
export function offerCuts(cut: (matter: number) => void): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-matter]")) {
    const matter = Number(line.dataset.matter);
    line.append(button("delete it and run", "cut", () => cut(matter)));
  }
}

/** Strikes the deleted line, and no other. */
export function strike(matter: number | undefined): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-matter]")) {
    line.classList.toggle("deleted", Number(line.dataset.matter) === matter);
  }
}

/** What the line is for, in words. */
export function nameOf({ matters }: LabData, matter: number): string {
  const { file, line } = matters[matter] ?? { file: "", line: 0 };
  return `line ${line} of ${file}`;
}
