// The command `status`.

import { openCatalog } from "../../catalog/catalog.ts";
import { type Coverage, status } from "../../catalog/status.ts";
import { ROOT } from "../root.ts";
import { paint } from "../view/style.ts";
import { table } from "../view/table.ts";

/** Prints coverage by kind, category, phase and week; every figure is counted from the files. */
export function statusCommand({ json }: { json?: boolean }): void {
  const found = status(openCatalog(ROOT));
  if (json) return void console.log(JSON.stringify(found, undefined, 2));
  const { labs, systems, articles, emulated, categories, phases, weeks, open } = found;
  print("All", [
    row("labs on real servers", labs),
    row("systems", systems),
    row("articles", articles),
    row("on stand-ins, counted apart", emulated),
  ]);
  print(
    "Categories",
    categories.map((one) => row(one.name, one)),
  );
  print(
    "Phases",
    phases.map((one) => row(one.title, one)),
  );
  print(
    "Weeks",
    weeks.map((one) => row(`${one.week}  ${one.title}`, one)),
  );
  if (open.length > 0) console.log(`\n${open.length} built and not verified: npx pareto next`);
}

function print(title: string, rows: string[][]): void {
  const head = [paint("bold", title), "designed", "built", "verified", ""];
  console.log(`\n${table([head, ...rows]).join("\n")}`);
}

function row(name: string, { designed, built, verified }: Coverage): string[] {
  const share = designed === 0 ? "" : `${Math.floor((100 * verified) / designed)} %`;
  return [name, String(designed), String(built), String(verified), share];
}
