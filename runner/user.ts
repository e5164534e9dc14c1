// Some servers refuse to run as root. They run as nobody then, who must be able to reach the
// program and owns the folder that the server writes to.

import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cacheFolder, isRoot } from "./folders.ts";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: User = { uid: 65_534, gid: 65_534 };

/** The user that a server runs as, where that is not the runner's own. */
export function userFor(form: { readonly unprivileged?: boolean }): User | undefined {
  return form.unprivileged && isRoot() ? NOBODY : undefined;
}

/** Makes a folder that the user owns. */
export function makeFolder(folder: string, user: User | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (user) chownSync(folder, user.uid, user.gid);
}

/** Writes a file that the user owns, and the folders above it. */
export function writeFile(path: string, text: string, user: User | undefined): void {
  makeFolder(dirname(path), user);
  writeFileSync(path, text);
  if (user) chownSync(path, user.uid, user.gid);
}

/** The program's path, or that of a copy in the cache when the user may not pass to the first. */
export function reachable(program: string, version: string, user: User | undefined): string {
  if (!user || ancestors(program).every(isOpen)) return program;
  const home = dirname(dirname(program)); // bin/ and lib/ belong together
  const copy = join(cacheFolder(), "programs", `${basename(program)}-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(dirname(copy), { recursive: true });
    execFileSync("cp", ["-a", home, `${copy}.${process.pid}`]);
    renameSync(`${copy}.${process.pid}`, copy);
  }
  return join(copy, "bin", basename(program));
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestors(parent)];
}

/** True when others may pass through the folder. */
function isOpen(folder: string): boolean {
  return (statSync(folder).mode & 0o001) !== 0;
}
