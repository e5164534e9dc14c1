// How the tests of this folder feed a decoder.

import assert from "node:assert/strict";
import type { Random } from "../../random.ts";
import type { Decoder, Message } from "./message.ts";

/** Feeds the stream in pieces of at most so many bytes. */
export function read(decoder: Decoder, stream: Buffer, longest = stream.length): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < stream.length; at += longest) {
    messages.push(...decoder.push(stream.subarray(at, at + longest)));
  }
  return messages;
}

/** Checks that a stream reads the same whole and byte by byte, to its end, and returns its labels. */
export function labels(open: () => Decoder, stream: Buffer | string): string[] {
  const bytes = Buffer.from(stream as string);
  const whole = read(open(), bytes);
  assert.deepEqual(read(open(), bytes, 1), whole);
  assert.equal(
    whole.reduce((sum, message) => sum + message.bytes, 0),
    bytes.length,
  );
  return whole.map(({ label }) => label);
}

/** Random bytes, of which some streams look like text. */
export function noise(random: Random): Buffer {
  const text = random.chance(0.3);
  const bytes = Buffer.alloc(random.integer(1, 3_000));
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = text ? random.integer(10, 126) : random.integer(0, 255);
  }
  return bytes;
}
