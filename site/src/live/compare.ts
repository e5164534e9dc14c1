// Your machine, and the author's.

import { readable } from "../../../contracts/readable.ts";
import type { Shown } from "./data.ts";
import { element } from "./elements.ts";
import type { Machine } from "./studio.ts";

/** Both results side by side, measure by measure, for the arms that both have. */
export function compare(yours: Shown, authors: Shown, { cores, memoryGigabytes, node }: Machine) {
  const rows = Object.entries(authors.measures).flatMap(([measure, byArm]) => [
    element("tr", { className: "of" }, cell("th", measure, 3)),
    ...pairs(byArm, yours.measures[measure] ?? {}),
  ]);
  const cells = Object.entries(authors.verdicts).flatMap(([claim, byArm]) =>
    Object.entries(byArm).map(([arm, verdict]) => verdict === yours.verdicts[claim]?.[arm]),
  );
  const same = cells.filter(Boolean).length;
  const head = element("tr", {}, cell("th", ""), cell("th", "yours"), cell("th", "author's"));
  const verdicts = element(
    "tr",
    { className: "of" },
    cell("th", "verdicts"),
    cell("td", `${same} of ${cells.length} the same`, 2),
  );
  const here = `yours: ${cores} cores, ${memoryGigabytes} GiB, node ${node}`;
  const body = element("tbody", {}, ...rows, verdicts);
  return element("table", {}, element("caption", {}, here), element("thead", {}, head), body);
}

type Row = Shown["measures"][string];

/** A row for each arm; the numbers of a measure have as many decimals. */
function pairs(authors: Row, yours: Row): HTMLElement[] {
  const arms = Object.keys(authors).filter((arm) => yours[arm]);
  const numbers = arms.flatMap((arm) => [yours[arm]!.median, authors[arm]!.median]);
  const texts = readable(numbers);
  return arms.map((arm, index) => {
    const [own = "", other = ""] = texts.slice(2 * index, 2 * index + 2);
    return element("tr", {}, cell("th", arm), cell("td", own), cell("td", other));
  });
}

function cell(tag: "th" | "td", text: string, colSpan = 1): HTMLElement {
  return element(tag, { colSpan }, text);
}
