/** One message as it stood in the stream; messages follow each other without a gap. */
export interface Message {
  /** What it says, in one line, without secrets. */
  label: string;
  /** Its length in the stream. */
  bytes: number;
  /** The name that a client gives itself in it. */
  name?: string;
  /** True for what a client library does by itself before it does its user's work. */
  setup?: boolean;
}

/** Reads one direction of one connection. */
export interface Decoder {
  /** Takes the next bytes in and returns the messages that end in them. */
  push(chunk: Buffer): Message[];
}

/** The decoders of one connection; they may share what one direction has to know of the other. */
export interface Decoders {
  requests: Decoder;
  replies: Decoder;
}

/** A decoder throws this when the bytes are not what it reads. */
export class Garbage extends Error {}

const LONGEST_LABEL = 80;

/** One line of at most 80 characters, without control characters. */
export function oneLine(text: string, longest = LONGEST_LABEL): string {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  const characters = [...line];
  return characters.length <= longest ? line : `${characters.slice(0, longest - 3).join("")}...`;
}

/** "1 byte", "12,345 bytes". */
export function size(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes.toLocaleString("en")} bytes`;
}
