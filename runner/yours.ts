// The reader's own arm lies anywhere; it runs as a copy inside the project, where packages and the
// kit are found.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dataFolder } from "./folders.ts";
import { BadRequest } from "./plan.ts";
import { COPIES } from "./without-line.ts";

/** Where the reader's own arm for a lab lies, unless another place was chosen. */
export function practiceFile(slug: string): string {
  return join(dataFolder(), "practice", `${slug}.ts`);
}

/** Begins the file of an arm, unless it is there: what a reader wrote is never overwritten. */
export function writeYours(file: string, text: string): boolean {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) return false;
  writeFileSync(file, text, { flag: "wx" });
  return true;
}

/** Copies the file; disposing of it removes the copy. Throws BadRequest when there is no such file. */
export function copyOfYours(file: string): { readonly file: string } & Disposable {
  if (!existsSync(file)) throw new BadRequest(`there is no file ${file}`);
  mkdirSync(COPIES, { recursive: true });
  const folder = mkdtempSync(join(COPIES, "yours-"));
  const copy = join(folder, "yours.ts");
  copyFileSync(file, copy);
  return {
    file: copy,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
