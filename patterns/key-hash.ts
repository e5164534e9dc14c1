import { hash } from "node:crypto";

/**
 * A number from 0 to 2^32 - 1 that depends on a text and on nothing else: the first 32 bits of its
 * SHA-1. The same on every machine, and evenly spread for any keys.
 */
export function hashOf(text: string): number {
  return hash("sha1", text, "buffer").readUInt32BE();
}
