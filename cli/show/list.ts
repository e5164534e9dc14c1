// The command `list`.

import { openCatalog } from "../../catalog/catalog.ts";
import { list, type Row } from "../../catalog/list.ts";
import { ROOT } from "../root.ts";
import { findLabs } from "../run/find.ts";
import { paint } from "../view/style.ts";
import { table } from "../view/table.ts";

const STATES = {
  verified: { mark: "✔", style: "green" },
  built: { mark: "·", style: "yellow" },
  designed: { mark: " ", style: "dim" },
} as const;

/** Prints rows of a prefix, or of the whole. */
export function listCommand(
  prefix: string | undefined,
  { all, json }: { all?: boolean; json?: boolean },
): void {
  const rows = rowsOf(prefix, all);
  if (json) return void console.log(JSON.stringify(rows, undefined, 2));
  const lines = table(rows.map(cells));
  console.log(lines.join("\n"));
  console.log(`\n${rows.length} in all; ✔ verified, · built, not verified yet`);
  if (!all) console.log("Next: npx pareto run <name>, or npx pareto list --all");
}

function rowsOf(prefix: string | undefined, all: boolean | undefined): Row[] {
  const catalog = openCatalog(ROOT);
  if (prefix) {
    const kinds = all ? (["lab", "system", "article"] as const) : undefined;
    return list(catalog, findLabs(prefix, { kinds, designed: all }));
  }
  return list(catalog, all ? catalog.all : catalog.labs);
}

function cells({ id, title, state }: Row): string[] {
  const { mark, style } = STATES[state];
  return [`${paint(style, mark)} ${id.padEnd(1)}  ${paint("dim", title)}`];
}
