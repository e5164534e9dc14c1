// Finds a service's program: embedded in a package first, then on PATH. Nothing is started but the
// program's own --version, and the answer is kept, since a version does not change under a path.

import { execFile } from "node:child_process";
import { accessSync, constants, globSync, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Found, ServiceForm } from "#kit";
import { readCached, writeCached } from "./cached.ts";
import { cacheFolder } from "./folders.ts";

/** A server that this machine does not have, or has too old; says what to type next. */
export class MissingServer extends Error {
  readonly service: string;
  constructor(service: string, problem: string) {
    super(`${service}: ${problem}`);
    this.service = service;
  }
}

/** Where packages put servers that are not on an ordinary user's PATH; the newest version first. */
const SERVER_FOLDERS = [
  ...["/usr/sbin", "/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin"],
  ...["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"],
];

/** Finds the program, or throws MissingServer. */
export async function find(form: ServiceForm<never, object>): Promise<Found> {
  const found = (await form.embedded?.(cacheFolder())) ?? (await findOnPath(form));
  if (!found) {
    throw new MissingServer(form.name, `no ${form.program} on this machine`);
  }
  if (isOlder(found.version, form.version.atLeast)) {
    const versions = `${found.version} at ${found.program} is older than ${form.version.atLeast}`;
    throw new MissingServer(form.name, versions);
  }
  return found;
}

/** The full path of a program, or undefined. */
export function which(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SERVER_FOLDERS.flatMap(newest)];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

async function findOnPath(form: ServiceForm<never, object>): Promise<Found | undefined> {
  const names = [form.program, ...(form.aliases ?? [])];
  const program = names.map(which).find((path) => path !== undefined);
  return program ? { program, version: await versionOf(program, form), from: "PATH" } : undefined;
}

async function versionOf(program: string, form: ServiceForm<never, object>): Promise<string> {
  const key = `${realpathSync(program)} ${statSync(program).mtimeMs}`;
  const known = readCached("versions", key);
  if (known) return known;
  const version = form.version.pattern.exec(await outputOf(program, form.version.args))?.[1];
  if (!version) throw new MissingServer(form.name, `${program} does not tell its version`);
  writeCached("versions", key, version);
  return version;
}

/** What a program says. Its exit code is no matter: some end with an error after their help. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const options = { timeout: 10_000 };
  const { stdout = "", stderr = "" } = await promisify(execFile)(program, [...args], options).catch(
    (error: { stdout?: string; stderr?: string }) => error,
  );
  return `${stdout}\n${stderr}`;
}

/** The folders that a pattern stands for. */
function newest(pattern: string): string[] {
  if (!pattern.includes("*")) return [pattern];
  const byVersion = new Intl.Collator("en", { numeric: true }).compare;
  return globSync(pattern).sort(byVersion).reverse();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isOlder(version: string, atLeast: string): boolean {
  return version.localeCompare(atLeast, "en", { numeric: true }) < 0;
}
