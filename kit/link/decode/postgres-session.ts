import { Garbage } from "./message.ts";

/** What both directions know of their connection. */
export interface Session {
  phase: "start" | "asking for TLS" | "encrypted" | "authentication" | "ready";
}

const LONGEST = 2 ** 30;

/** The length of a frame of one type byte and an Int32 that counts itself. */
export function typedLength(start: Buffer, types: string): number | undefined {
  if (start.length > 0 && !types.includes(String.fromCharCode(start[0] as number))) {
    throw new Garbage();
  }
  if (start.length < 5) return undefined;
  const length = start.readUInt32BE(1);
  if (length < 4 || length > LONGEST) throw new Garbage();
  return 1 + length;
}

/** The zero-terminated text that starts there. */
export function textAt(start: Buffer, from: number): string {
  const end = start.indexOf(0, from);
  return start.toString("utf8", from, end < 0 ? start.length : end);
}
