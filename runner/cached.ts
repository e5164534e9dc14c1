// Small answers that are dear to find and do not change, such as the version of a program.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./folders.ts";

/** The cached text for a key, or undefined. */
export function readCached(kind: string, key: string): string | undefined {
  try {
    return readFileSync(place(kind, key), "utf8");
  } catch {
    return undefined;
  }
}

/** Keeps a text for a key; a reader sees the old one or the new one, never half of it. */
export function writeCached(kind: string, key: string, text: string): void {
  const path = place(kind, key);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function place(kind: string, key: string): string {
  return join(cacheFolder(), kind, createHash("sha256").update(key).digest("hex").slice(0, 32));
}
