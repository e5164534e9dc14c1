// PostgreSQL's frontend/backend protocol, version 3
// (https://www.postgresql.org/docs/current/protocol-message-formats.html).

import { maskSql } from "../mask.ts";
import { Bytes } from "./bytes.ts";
import { Frames, type Framing } from "./frames.ts";
import { type Decoder, type Decoders, Garbage, type Message, oneLine } from "./message.ts";
import { Replies } from "./postgres-replies.ts";
import { type Session, textAt, typedLength } from "./postgres-session.ts";

const CANCEL = 80_877_102;
const REQUESTS_FOR_ENCRYPTION: Record<number, string> = {
  80877103: "SSLRequest",
  80877104: "GSSENCRequest",
};

/** What a client sends, by letter. */
const NAMES: Record<string, string> = {
  Q: "Query",
  P: "Parse",
  B: "Bind",
  D: "Describe",
  E: "Execute",
  C: "Close",
  S: "Sync",
  H: "Flush",
  F: "FunctionCall",
  d: "CopyData",
  c: "CopyDone",
  f: "CopyFail",
  X: "Terminate",
  p: "password ***",
};

/** A message of ours runs up to one of these: all of an extended query is one step. */
const LAST = "QSHFcfXp";

/** Steps of an extended query that its Parse or Bind implies. */
const IMPLIED = "DES";

class Requests implements Framing {
  readonly #session: Session;
  #parts: string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  length(start: Buffer): number | undefined {
    const { phase } = this.#session;
    if (phase !== "start" && phase !== "asking for TLS") {
      return typedLength(start, Object.keys(NAMES).join(""));
    }
    if (start.length < 8) return undefined;
    const code = start.readUInt32BE(4);
    const known = code >>> 16 === 3 || code === CANCEL || code in REQUESTS_FOR_ENCRYPTION;
    const length = start.readUInt32BE(0);
    if (!known || length < 8 || length > 10_000) throw new Garbage();
    return length;
  }

  describe(start: Buffer): Omit<Message, "bytes"> | undefined {
    if (this.#session.phase === "start" || this.#session.phase === "asking for TLS") {
      return this.#begin(start);
    }
    const type = String.fromCharCode(start[0] as number);
    const part = partOf(type, start);
    const telling = part !== "" && part !== this.#parts.at(-1) && this.#parts.length < 6;
    if (telling) this.#parts.push(part);
    if (!LAST.includes(type)) return undefined;
    const label = oneLine(this.#parts.join("; ")) || (NAMES[type] as string);
    this.#parts = [];
    return this.#session.phase === "ready" ? { label } : { label, setup: true };
  }

  #begin(start: Buffer): Omit<Message, "bytes"> {
    const code = start.readUInt32BE(4);
    if (code === CANCEL) return { label: "CancelRequest" };
    const encryption = REQUESTS_FOR_ENCRYPTION[code];
    this.#session.phase = encryption ? "asking for TLS" : "authentication";
    if (encryption) return { label: encryption, setup: true };
    const { user, database = user, application_name: name } = parametersIn(start);
    const label = oneLine(`Startup user=${user} database=${database}`);
    return { label, setup: true, ...(name ? { name: oneLine(name, 24) } : {}) };
  }
}

/** What a message adds to the label: a statement's text or name, or else what kind it is. */
function partOf(type: string, start: Buffer): string {
  if (type === "Q") return oneLine(maskSql(textAt(start, 5)));
  if (type !== "P" && type !== "B") return IMPLIED.includes(type) ? "" : (NAMES[type] as string);
  const second = textAt(start, start.indexOf(0, 5) + 1);
  if (type === "P") return oneLine(maskSql(second));
  return second === "" ? "" : `Execute ${second}`;
}

/** The parameters of a startup message: names and values in turn, each with a zero at its end. */
function parametersIn(start: Buffer): Record<string, string> {
  const words = start.toString("utf8", 8).split("\0");
  const names = words.filter((_, place) => place % 2 === 0);
  return Object.fromEntries(names.map((name, pair) => [name, words[2 * pair + 1] ?? ""]));
}

/** Steps aside once both sides have agreed to encrypt. */
class UntilEncrypted implements Decoder {
  readonly #session: Session;
  readonly #plain: Decoder;
  readonly #encrypted = new Bytes();

  constructor(session: Session, framing: Framing) {
    this.#session = session;
    this.#plain = new Frames(framing);
  }

  push(chunk: Buffer): Message[] {
    const encrypted = this.#session.phase === "encrypted";
    return (encrypted ? this.#encrypted : this.#plain).push(chunk);
  }
}

export function postgres(): Decoders {
  const session: Session = { phase: "start" };
  return {
    requests: new UntilEncrypted(session, new Requests(session)),
    replies: new UntilEncrypted(session, new Replies(session)),
  };
}
