import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Found, Preparation } from "#kit";

/**
 * A program that an installation has put into the cache, or undefined. The last command of its
 * download makes it executable, so that what is half there is not found.
 */
export function cachedProgram(
  cache: string,
  { key }: Preparation,
  program: string,
  version: string,
): Found | undefined {
  const path = join(cache, key, program);
  try {
    accessSync(path, constants.X_OK);
    return { program: path, version, from: "cache" };
  } catch {
    return undefined;
  }
}
