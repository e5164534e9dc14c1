// The values of the Redis serialization protocol, versions 2 and 3
// (https://redis.io/docs/latest/develop/reference/protocol-spec/).

import { type Decoder, Garbage, type Message } from "./message.ts";

/** Kept of a value for its label: so many items of a list, and so many bytes of a string. */
const KEPT_ITEMS = 12;
const KEPT_BYTES = 48;
const LONGEST_LINE = 64 * 1024;
const DEEPEST = 32;

/** A value as far as it is kept. */
export interface Value {
  /** The character that it starts with; "_" for every null, "inline" for a command in plain words. */
  type: string;
  /** Its bytes as Latin-1. */
  text: string;
  items: Value[];
  /** How many bytes, items or pairs it has, of which some may not be kept. */
  count: number;
  /** Items of a list that are still to come. */
  missing: number;
}

type Describe = (value: Value) => Omit<Message, "bytes">;

/** Reads values that may end anywhere in a chunk; each value at the top is a message. */
export class Values implements Decoder {
  readonly #describe: Describe;
  readonly #stack: Value[] = [];
  #line = "";
  /** The string whose bytes are being read, and how many are to come, CRLF included. */
  #string: { value: Value; left: number } | undefined;
  #bytes = 0;

  constructor(describe: Describe) {
    this.#describe = describe;
  }

  push(chunk: Buffer): Message[] {
    const messages: Message[] = [];
    for (let at = 0; at < chunk.length; ) {
      const taken = this.#string
        ? this.#takeString(chunk.subarray(at), this.#string)
        : this.#takeLine(chunk.subarray(at));
      at += taken.bytes;
      this.#bytes += taken.bytes;
      const whole = taken.value && this.#close(taken.value);
      if (!whole) continue;
      messages.push({ ...this.#describe(whole), bytes: this.#bytes });
      this.#bytes = 0;
    }
    return messages;
  }

  #takeString(chunk: Buffer, string: { value: Value; left: number }) {
    const bytes = Math.min(chunk.length, string.left);
    const wanted = Math.min(bytes, string.left - 2, KEPT_BYTES - string.value.text.length);
    if (wanted > 0) string.value.text += chunk.toString("latin1", 0, wanted);
    string.left -= bytes;
    if (string.left > 0) return { bytes, value: undefined };
    this.#string = undefined;
    return { bytes, value: string.value };
  }

  #takeLine(chunk: Buffer) {
    const end = chunk.indexOf("\n");
    const bytes = end < 0 ? chunk.length : end + 1;
    this.#line += chunk.toString("latin1", 0, bytes);
    if (this.#line.length > LONGEST_LINE) throw new Garbage();
    if (end < 0) {
      if (!/^([\x20-\x7e][\x20-\x7e\x80-\xff]*)?\r?$/.test(this.#line)) throw new Garbage();
      return { bytes, value: undefined };
    }
    const value = this.#read(this.#line.replace(/\r?\n$/, ""));
    this.#line = "";
    return { bytes, value };
  }

  /** Reads a line, and returns the value that is complete with it. */
  #read(line: string): Value | undefined {
    const type = line[0] ?? "";
    const text = line.slice(1);
    const value: Value = { type, text, items: [], count: 0, missing: 0 };
    if ("+-:_,#(".includes(type)) return value;
    if ("$!=".includes(type)) return this.#openString(value);
    if ("*%~>|".includes(type)) return this.#openList(value);
    if (this.#stack.length > 0 || !/^[\x20-\x7e]*$/.test(line)) throw new Garbage();
    return { ...value, type: "inline", text: line };
  }

  #openString(value: Value): Value | undefined {
    const length = lengthIn(value.text);
    value.text = "";
    value.count = length;
    if (length < 0) return { ...value, type: "_" };
    this.#string = { value, left: length + 2 };
    return undefined;
  }

  #openList(value: Value): Value | undefined {
    const length = lengthIn(value.text);
    if (length < 0) return { ...value, type: "_" };
    value.text = "";
    value.count = length;
    value.missing = "%|".includes(value.type) ? 2 * length : length;
    if (value.missing === 0) return value;
    this.#stack.push(value);
    if (this.#stack.length > DEEPEST) throw new Garbage();
    return undefined;
  }

  /** Puts a complete value where it belongs, and returns the top value once that is complete. */
  #close(complete: Value): Value | undefined {
    let value = complete;
    for (;;) {
      const list = this.#stack.at(-1);
      // An attribute precedes the value that it is about, and is not a value itself.
      if (value.type === "|") return undefined;
      if (!list) return value;
      if (list.items.length < KEPT_ITEMS) list.items.push(value);
      list.missing -= 1;
      if (list.missing > 0) return undefined;
      this.#stack.pop();
      value = list;
    }
  }
}

function lengthIn(text: string): number {
  if (!/^(-1|\d{1,10})$/.test(text)) throw new Garbage();
  return Number(text);
}
