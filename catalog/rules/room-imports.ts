import { dirname, join } from "node:path";
import type { Rule } from "../check.ts";
import { filesBelow } from "../folders.ts";
import { type Import, Module, NotTypeScript } from "../module.ts";

/** Which rooms a room may import. Tests may import anything. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  contracts: [],
  curriculum: [],
  services: ["kit"],
  patterns: ["kit"],
  labs: ["kit", "services", "patterns"],
  systems: ["kit", "services", "patterns"],
  compose: ["kit", "contracts"],
  runner: ["kit", "contracts", "compose"],
  catalog: ["kit", "contracts", "curriculum"],
  cli: ["kit", "catalog", "runner", "studio", "contracts", "compose"],
  studio: ["kit", "catalog", "runner", "contracts"],
  site: ["kit", "catalog", "contracts", "compose"],
};

export const rule: Rule = {
  name: "room-imports",
  why: "A lab knows no process and a service no lab: each room can be changed without the others.",
  *check({ root }) {
    for (const [room, allowed] of Object.entries(ARROWS)) {
      for (const file of filesBelow(root, room).filter(isCode)) {
        for (const { from, line } of importsOf(join(root, file))) {
          const target = targetOf(file, from);
          if (!target || mayImport(file, room, target, allowed)) continue;
          yield {
            file,
            line,
            message: `${room} imports ${target}, which is not for it`,
            remedy: `${room} may import ${allowed.join(", ") || "nothing of ours"}`,
          };
        }
      }
    }
  },
};

function isCode(file: string): boolean {
  return /\.[jt]s$/.test(file) && !/\.test\.ts$|\/dist\//.test(file);
}

/** None for what cannot be parsed, which another rule or the compiler tells. */
function importsOf(file: string): Import[] {
  try {
    return new Module(file).imports;
  } catch (error) {
    if (error instanceof NotTypeScript) return [];
    throw error;
  }
}

/** The path that an import leads to, relative to the project; undefined for a package. */
function targetOf(file: string, from: string): string | undefined {
  if (from.startsWith("#")) return from.slice(1);
  return from.startsWith(".") ? join(dirname(file), from) : undefined;
}

/** A lab may import its own folder, other rooms themselves; files that are in no room are free. */
function mayImport(file: string, room: string, target: string, allowed: readonly string[]) {
  const to = target.split("/")[0]!;
  if (to === room) return !/^(labs|systems)$/.test(room) || dirname(target) === dirname(file);
  return allowed.includes(to) || !(to in ARROWS || to === "test");
}
