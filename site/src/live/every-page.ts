// What every page does: copy commands, and show what the reader has done where the studio knows.

import { element } from "./elements.ts";
import { connect, type Done, read } from "./studio.ts";

/** The studio, asked once for all parts of a page. */
export const connecting = connect();

document.addEventListener("click", ({ target }) => {
  const copier = (target as Element).closest<HTMLElement>("[data-copy]");
  if (!copier) return;
  void navigator.clipboard.writeText(copier.dataset.copy ?? "").then(() => {
    copier.classList.add("copied");
    setTimeout(() => copier.classList.remove("copied"), 1_500);
  });
});

interface Progress {
  readonly labs: Readonly<Record<string, Done>>;
  readonly calibration: Readonly<Record<string, { right: number; of: number }>>;
}

async function showProgress(): Promise<void> {
  const rows = document.querySelectorAll<HTMLElement>("[data-done], [data-category]");
  if (rows.length === 0 || (await connecting).kind !== "open") return;
  const { labs, calibration } = await read<Progress>("/progress");
  for (const row of rows) {
    const { done = "", category = "" } = row.dataset;
    const words = done ? wordsOf(labs[done] ?? {}) : guesses(calibration[category]);
    if (words.length === 0) continue;
    const className = done ? "mark kept" : "";
    const marks = words.map((word) => element("span", { className }, word));
    const place = row.querySelector(".what a, .covers") ?? row;
    place.after(element("span", { className: "marks" }, ...marks));
  }
}

function wordsOf({ read, predicted, ran, practised }: Done): string[] {
  const words = { read, predicted, ran, practised };
  return Object.entries(words).flatMap(([word, done]) => (done ? word : []));
}

function guesses(sum: { right: number; of: number } | undefined): string[] {
  return sum ? [`${sum.right} of ${sum.of} guessed right`] : [];
}

void showProgress();
