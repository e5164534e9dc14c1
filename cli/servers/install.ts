// The command `install`, and its policy: it asks on a terminal, goes ahead without one when it is
// root (a container, CI), never uses sudo by itself, and PARETO_INSTALL=never forbids it.

import { createInterface } from "node:readline/promises";
import { openCatalog } from "../../catalog/catalog.ts";
import type { Service } from "../../kit/service.ts";
import { type Examined, examine } from "../../runner/doctor.ts";
import { download } from "../../runner/download.ts";
import { isRoot } from "../../runner/folders.ts";
import {
  install,
  type PackageManager,
  packageManager,
  refresh,
} from "../../runner/package-manager.ts";
import { allServices } from "../../runner/services.ts";
import { EXIT, Failure } from "../failure.ts";
import { ROOT } from "../root.ts";
import { paint } from "../view/style.ts";

export interface InstallOptions {
  all?: boolean;
  yes?: boolean;
}

/** Gets the named services; without a name those of the built labs. What is here is left alone. */
export async function installCommand(names: string[], options: InstallOptions): Promise<void> {
  const known = await allServices();
  const wanted = options.all ? known.map(({ form }) => form.name) : names.length ? names : needed();
  const unknown = wanted.find((name) => !known.some(({ form }) => form.name === name));
  if (unknown) throw new Failure(`there is no service "${unknown}"`, "npx pareto doctor");
  const present = new Set(
    (await examine()).flatMap(({ service, found }) => (found ? service : [])),
  );
  const missing = known.filter(({ form }) => wanted.includes(form.name) && !present.has(form.name));
  for (const name of wanted.filter((one) => present.has(one))) console.log(`${name} is here`);
  const manager = packageManager();
  const packages = manager
    ? missing.flatMap(({ form }) => form.packages[manager.name]?.split(" ") ?? [])
    : [];
  if (manager && packages.length > 0) await getPackages(manager, [...new Set(packages)], options);
  const lacking = missing.map(({ form }) => form.name);
  const absent = await stillMissing(lacking);
  await fillCache(
    missing.filter(({ form }) => absent.some(({ service }) => service === form.name)),
  );
  await complain(lacking);
}

/** Brings what no package manager has; several services may need the same. */
async function fillCache(missing: readonly Service[]): Promise<void> {
  const downloads = new Map(missing.map(({ form }) => [form.download?.key, form.download]));
  for (const what of downloads.values()) {
    if (!what) continue;
    console.log(`Bringing ${what.key} into the cache ...`);
    await download(what);
  }
}

/** The services of all built labs. */
function needed(): string[] {
  const { labs } = openCatalog(ROOT);
  return [...new Set(labs.flatMap(({ source }) => source?.servers ?? []))].sort();
}

async function getPackages(manager: PackageManager, packages: string[], options: InstallOptions) {
  const command = manager.command(packages).join(" ");
  if (process.env.PARETO_INSTALL === "never") {
    throw new Failure("PARETO_INSTALL=never forbids it", command, EXIT.missingServer);
  }
  if (manager.needsRoot && !isRoot()) {
    throw new Failure(
      `${manager.name} installs as root only`,
      `sudo ${command}`,
      EXIT.missingServer,
    );
  }
  if (isRoot()) await refresh(manager);
  console.log(`${command}\n${await manager.size(packages)}`);
  if (!(await agreed(options))) return;
  await install(manager, packages, (line) => console.log(paint("dim", `  ${line}`)));
}

/** Asks on a terminal; elsewhere only root goes ahead, since there is nobody to ask. */
async function agreed({ yes }: InstallOptions): Promise<boolean> {
  if (yes || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Install these? [Y/n] ");
  terminal.close();
  return !/^n/i.test(answer.trim());
}

/** Of these services, those that this machine does not have. */
async function stillMissing(names: readonly string[]): Promise<Examined[]> {
  return (await examine()).filter(({ service, found }) => names.includes(service) && !found);
}

/** Throws when something is still missing. */
async function complain(names: readonly string[]): Promise<void> {
  const still = await stillMissing(names);
  if (still.length === 0) return void console.log("Everything that was asked for is here.");
  const list = still.map(({ service, problem }) => `${service} (${problem})`).join(", ");
  throw new Failure(`still missing: ${list}`, "npx pareto doctor", EXIT.missingServer);
}
