// Finds a service's program: embedded in a package first, then on PATH. Nothing is started but the
// program's own --version, and the answer is kept, since a version does not change under a path.

import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Found, ServiceForm } from "#kit";
import { readCached, writeCached } from "./cached.ts";

/** A server that this machine does not have, or has too old; says what to type next. */
export class MissingServer extends Error {
  readonly service: string;
  constructor(service: string, problem: string) {
    super(`${service}: ${problem}`);
    this.service = service;
  }
}

/** Where Debian and others put servers that are not on an ordinary user's PATH. */
const SERVER_FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/** Finds the program, or throws MissingServer. */
export async function find(form: ServiceForm<never, object>): Promise<Found> {
  const found = (await form.embedded?.()) ?? (await findOnPath(form));
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
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SERVER_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

async function findOnPath(form: ServiceForm<never, object>): Promise<Found | undefined> {
  const program = which(form.program);
  return program ? { program, version: await versionOf(program, form), from: "PATH" } : undefined;
}

async function versionOf(program: string, form: ServiceForm<never, object>): Promise<string> {
  const key = `${realpathSync(program)} ${statSync(program).mtimeMs}`;
  const known = readCached("versions", key);
  if (known) return known;
  const { stdout, stderr } = await promisify(execFile)(program, [...form.version.args], {
    timeout: 10_000,
  });
  const version = form.version.pattern.exec(`${stdout}\n${stderr}`)?.[1];
  if (!version) throw new MissingServer(form.name, `${program} does not tell its version`);
  writeCached("versions", key, version);
  return version;
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
