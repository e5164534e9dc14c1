// Your machine, and the author's.

import { readable } from "../cells.ts";
import type { Shown } from "./data.ts";
import { element } from "./elements.ts";

/** Both results side by side, measure by measure and arm by arm. */
export function compare(yours: Shown, authors: Shown): HTMLTableElement {
  const rows = Object.entries(yours.measures).flatMap(([measure, byArm]) => [
    element("tr", { className: "of" }, cell("th", measure, 3)),
    ...Object.entries(byArm).map(([arm, { median }]) =>
      row(arm, readable(median), number(authors.measures[measure]?.[arm]?.median)),
    ),
  ]);
  const cells = Object.entries(yours.verdicts).flatMap(([claim, byArm]) =>
    Object.entries(byArm).map(([arm, verdict]) => verdict === authors.verdicts[claim]?.[arm]),
  );
  const same = cells.filter(Boolean).length;
  const head = element("tr", {}, cell("th", ""), cell("th", "yours"), cell("th", "author's"));
  const verdicts = element(
    "tr",
    { className: "of" },
    cell("th", "verdicts"),
    cell("td", `${same} of ${cells.length} the same`, 2),
  );
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows, verdicts));
}

function number(value: number | undefined): string {
  return value === undefined ? "-" : readable(value);
}

function row(name: string, ...values: string[]): HTMLElement {
  return element("tr", {}, cell("th", name), ...values.map((value) => cell("td", value)));
}

function cell(tag: "th" | "td", text: string, colSpan = 1): HTMLElement {
  return element(tag, { colSpan }, text);
}
