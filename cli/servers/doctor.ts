// The command `doctor`.

import { rmSync } from "node:fs";
import { openCatalog } from "../../catalog/catalog.ts";
import { type Examined, examine } from "../../runner/doctor.ts";
import { cacheFolder } from "../../runner/folders.ts";
import { ROOT } from "../root.ts";
import { MARKS, paint } from "../view/style.ts";
import { table } from "../view/table.ts";

interface Diagnosis extends Examined {
  /** The built labs that use it. */
  readonly labs: readonly string[];
}

/** Prints what was found, what is missing and the one command that opens the rest. */
export async function doctorCommand({ clean, json }: { clean?: boolean; json?: boolean }) {
  if (clean) {
    rmSync(cacheFolder(), { recursive: true, force: true });
    console.log("The cache is empty; the next runs fill it again.");
    return;
  }
  const all = await diagnose();
  if (json) return void console.log(JSON.stringify(all, undefined, 2));
  const rows = all.map(({ service, found, version, from, problem, labs }) => {
    const { mark, style } = MARKS[found ? "kept" : "broken"];
    const about = found ? `${version} from ${from}` : problem?.replace(`${service}: `, "");
    return [
      `${paint(style, mark)} ${service}  ${paint("dim", about ?? "")}`,
      labs.length === 1 ? "1 lab" : `${labs.length} labs`,
    ];
  });
  console.log(table(rows).join("\n"));
  console.log(`\n${advice(all)}`);
}

async function diagnose(): Promise<Diagnosis[]> {
  const { labs } = openCatalog(ROOT);
  const users = labs.map(({ id, source }) => ({ id, servers: source?.servers ?? [] }));
  return (await examine()).map((one) => ({
    ...one,
    labs: users.filter(({ servers }) => servers.includes(one.service)).map(({ id }) => id),
  }));
}

function advice(all: readonly Diagnosis[]): string {
  const missing = all.filter(({ found }) => !found);
  const closed = new Set(missing.flatMap(({ labs }) => labs));
  if (missing.length === 0) return "Every server is here; every lab is open.";
  const names = missing.map(({ service }) => service).join(" ");
  return `${closed.size} labs are closed. To open them: npx pareto install ${names}`;
}
