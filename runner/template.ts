// Data folders that are dear to make (initdb) are made once, kept in the cache and copied.

import { execFile } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Found, Preparation } from "#kit";
import { cacheFolder } from "./folders.ts";
import { makeFolder, type User, writeFile } from "./user.ts";

const run = promisify(execFile);

/** The templates that are being made, so that nodes of one service do not make one each. */
const underWay = new Map<string, Promise<void>>();

/** Fills a data folder from the template, which is made first where there is none yet. */
export async function fillFolder(
  folder: string,
  { program, version }: Found,
  preparation: Preparation,
  user: User | undefined,
): Promise<void> {
  const owner = user?.uid ?? process.getuid?.() ?? "user";
  const name = `${basename(program)}-${version}-${preparation.key}-${owner}`;
  const template = join(cacheFolder(), "templates", name);
  if (!existsSync(template)) {
    const making = underWay.get(template) ?? make(template, dirname(program), preparation, user);
    underWay.set(template, making);
    await making.finally(() => underWay.delete(template));
  }
  await copyFolder(template, folder);
}

/** Copies what is in a template, with owners and modes, into a folder that is there. */
export async function copyFolder(template: string, folder: string): Promise<void> {
  await run("cp", ["-a", `${template}/.`, folder]);
}

/** Makes the template aside and moves it into place, so that nobody copies half of one. */
async function make(
  template: string,
  programs: string,
  preparation: Preparation,
  user: User | undefined,
): Promise<void> {
  const draft = `${template}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  makeFolder(draft, user);
  for (const [file, text] of Object.entries(preparation.files ?? {})) {
    writeFile(join(draft, file), text, user);
  }
  for (const [command = "", ...args] of preparation.commands(draft)) {
    const beside = join(programs, command);
    await run(existsSync(beside) ? beside : command, args, { cwd: draft, ...user });
  }
  try {
    renameSync(draft, template);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(template)) throw error; // else somebody else was quicker
  }
}
