// Where a number comes from: the machine, and the versions of what ran.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Evidence } from "../contracts/evidence.ts";

/** This machine, without anything that names its owner. */
export function machine(): Evidence["machine"] {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() || arch(),
    cores: all.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split("-")[0]} ${arch()}`,
    node: process.versions.node,
  };
}

/** The versions of the packages that a lab and its services import. */
export function clientVersions(
  file: string,
  services: readonly { readonly service: string }[],
): Record<string, string> {
  const files = [
    file,
    ...services.map(
      ({ service }) => new URL(`../services/${service}.ts`, import.meta.url).pathname,
    ),
  ];
  const names = new Set(files.flatMap((path) => packagesIn(readFileSync(path, "utf8"))));
  const versions: Record<string, string> = {};
  for (const name of names) {
    const version = versionOf(name);
    if (version) versions[name] = version;
  }
  return versions;
}

/** The packages that a source imports by name; relative files, #rooms and node: are not packages. */
function packagesIn(source: string): string[] {
  const names: string[] = [];
  for (const [, name = ""] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"./#][^"]*)"/g)) {
    if (name.startsWith("node:")) continue;
    const [scope = "", rest] = name.split("/");
    names.push(scope.startsWith("@") ? `${scope}/${rest}` : scope);
  }
  return names;
}

function versionOf(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")).version;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}
