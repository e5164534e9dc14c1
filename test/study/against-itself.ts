// Is what the labs call a difference one? Every arm of every lab that measures time runs against
// itself: nothing differs but chance and the machine. Other labs only count, and a count is the same
// each time. Run it with `node test/study/against-itself.ts` on a machine that does nothing else.

import { fileURLToPath } from "node:url";
import { openCatalog } from "../../catalog/catalog.ts";
import { table } from "../../cli/view/table.ts";
import { againstItself } from "../../runner/against-itself.ts";
import { measuresTime } from "../../runner/describe.ts";
import { House } from "../../runner/house.ts";

const MOST_ALARMS = 0.05;

const catalog = openCatalog(fileURLToPath(new URL("../..", import.meta.url)));
const timed = catalog.labs.filter(({ evidence }) => evidence && measuresTime(evidence.lab));
const rows = [["lab", "arm", "comparisons", "called different"]];
let comparisons = 0;
let alarms = 0;
await using house = await House.open();
for (const { id, slug, file, evidence } of timed) {
  for (const arm of evidence?.lab.arms ?? []) {
    const found = await againstItself({ id, file }, arm, house, () => {});
    const wrong = found.filter(({ differs }) => differs);
    comparisons += found.length;
    alarms += wrong.length;
    const names = wrong.map(({ measure }) => measure).join(", ");
    rows.push([slug, arm, String(found.length), names || "none"]);
    process.stderr.write(`${slug} ${arm} `);
  }
}
const share = alarms / comparisons;
console.log(`\n${table(rows).join("\n")}`);
console.log(
  `${alarms} of ${comparisons}, ${(100 * share).toFixed(1)} %; the target is at most 5 %`,
);
if (share > MOST_ALARMS) process.exitCode = 1;
