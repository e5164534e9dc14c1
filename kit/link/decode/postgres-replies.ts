// What a PostgreSQL server sends. All that answers one request, up to ReadyForQuery, is one message
// here, because it is one step for whoever waits for it.

import { isSecret, MASK } from "../mask.ts";
import type { Framing } from "./frames.ts";
import { type Message, oneLine } from "./message.ts";
import { type Session, textAt, typedLength } from "./postgres-session.ts";

/** Backend messages, without those that are only known here by their letter. */
const TYPES = "RKSZTDCEINA123nstGHWdcVv";

/** Messages after which the server waits for the client, whatever they belong to. */
const WAITS = "ZGW";

const AUTHENTICATION: Record<number, string> = {
  0: "authenticated",
  3: "asks for the password",
  5: "asks for the password (MD5)",
  10: "asks for SASL",
  11: "SASL continues",
  12: "SASL is done",
};

const STATES: Record<string, string> = { I: "", T: "(in transaction)", E: "(failed transaction)" };

export class Replies implements Framing {
  readonly #session: Session;
  #parts: string[] = [];
  /** The first row of the answer. */
  #row: string | undefined;
  #columns: readonly string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  length(start: Buffer): number | undefined {
    // The answer to a request for encryption is one letter: S or G for yes, N for no.
    if (this.#session.phase === "asking for TLS") return start.length > 0 ? 1 : undefined;
    return typedLength(start, TYPES);
  }

  describe(start: Buffer): Omit<Message, "bytes"> | undefined {
    const type = String.fromCharCode(start[0] as number);
    if (this.#session.phase === "asking for TLS") return this.#encryption(type);
    if (type === "T") this.#columns = columnsOf(start);
    if (type === "D") this.#row ??= rowOf(start, this.#columns);
    const part = partOf(type, start);
    if (part !== "" && this.#parts.length < 6) this.#parts.push(part);
    const alone = type === "A" && this.#parts.length === 1;
    const asks = type === "R" && ![0, 12].includes(start.readUInt32BE(5));
    const fatal = this.#session.phase !== "ready" || field(start, "V") === "FATAL";
    const refuses = type === "E" && fatal;
    if (!alone && !asks && !refuses && !WAITS.includes(type)) return undefined;
    const row = this.#row ? `: ${this.#row}` : "";
    const label = oneLine(this.#parts.join(", ").replace(", (", " (") + row) || "ready";
    this.#parts = [];
    this.#row = undefined;
    this.#columns = [];
    const setup = this.#session.phase !== "ready";
    if (type === "Z") this.#session.phase = "ready";
    return setup ? { label, setup } : { label };
  }

  #encryption(letter: string): Omit<Message, "bytes"> {
    this.#session.phase = letter === "N" ? "start" : "encrypted";
    return { label: letter === "N" ? "no TLS" : "TLS", setup: true };
  }
}

/** What a reader wants to know of a message; most are implied by others and say nothing. */
function partOf(type: string, start: Buffer): string {
  switch (type) {
    case "C":
      return textAt(start, 5);
    case "E":
      return `ERROR ${field(start, "C")} ${field(start, "M")}`;
    case "N":
      return `NOTICE ${field(start, "M")}`;
    case "R":
      return AUTHENTICATION[start.readUInt32BE(5)] ?? "authentication";
    case "Z":
      return STATES[String.fromCharCode(start[5] as number)] ?? "";
    case "A":
      return `NOTIFY ${textAt(start, 9)}`;
    case "G":
      return "copies in";
    case "H":
      return "copies out";
    case "s":
      return "suspended";
    default:
      return "";
  }
}

/** The names of the columns that follow: each a text, then 18 bytes of numbers. */
function columnsOf(start: Buffer): string[] {
  const names: string[] = [];
  for (let at = 7; at < start.length; at += 18) {
    const name = textAt(start, at);
    names.push(name);
    at += Buffer.byteLength(name) + 1;
  }
  return names;
}

/** The values of a row as they came, which is text unless the client asked for another format. */
function rowOf(start: Buffer, columns: readonly string[]): string {
  const values: string[] = [];
  for (let at = 7; at + 4 <= start.length; ) {
    const length = start.readInt32BE(at); // -1 for NULL
    at += 4;
    const value = length < 0 ? "NULL" : start.toString("utf8", at, at + length);
    values.push(isSecret(columns[values.length] ?? "") ? MASK : value);
    at += Math.max(0, length);
  }
  return values.join(", ");
}

/** A field of an error or notice: a letter and a zero-terminated text each. */
function field(start: Buffer, letter: string): string {
  const fields = start.toString("utf8", 5).split("\0");
  return fields.find((text) => text.startsWith(letter))?.slice(1) ?? "";
}
