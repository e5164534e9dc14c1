import { Garbage, size } from "./message.ts";

/** How long a body is (RFC 9112, 6.3); a stream is shown piece by piece. */
export type BodyForm =
  | { kind: "none" }
  | { kind: "length"; length: number }
  | { kind: "chunked" }
  | { kind: "stream"; chunked: boolean };

/** What became of the bytes that a body was offered. */
export interface Taken {
  taken: number;
  /** What a stream has brought. */
  part?: string;
  done: boolean;
}

const LONGEST_LINE = 4096;

/** Follows a body to its end. */
export class Body {
  readonly streams: boolean;
  readonly #chunked: boolean;
  /** Bytes to come of the body, or of the current chunk with the CRLF behind it. */
  #left: number;
  #chunkBytes = 0;
  #line = "";
  #inTrailer = false;

  constructor(form: Exclude<BodyForm, { kind: "none" }>) {
    this.streams = form.kind === "stream";
    this.#chunked = form.kind === "chunked" || (form.kind === "stream" && form.chunked);
    if (form.kind === "length") this.#left = form.length;
    else this.#left = this.#chunked ? 0 : Number.POSITIVE_INFINITY;
  }

  take(chunk: Buffer): Taken {
    if (this.#left === 0) return this.#takeLine(chunk);
    const taken = Math.min(chunk.length, this.#left);
    this.#left -= taken;
    const ends = this.#left === 0;
    const whole = ends || !this.#chunked;
    const part = this.streams && whole ? { part: size(this.#chunkBytes || taken) } : {};
    return { taken, ...part, done: ends && !this.#chunked };
  }

  /** A line between chunks: the length of the next one, or a trailer behind the last. */
  #takeLine(chunk: Buffer): Taken {
    const end = chunk.indexOf("\n");
    const taken = end < 0 ? chunk.length : end + 1;
    this.#line += chunk.toString("latin1", 0, taken);
    if (this.#line.length > LONGEST_LINE) throw new Garbage();
    if (end < 0) return { taken, done: false };
    const line = this.#line.trim();
    this.#line = "";
    if (this.#inTrailer) return { taken, done: line === "" };
    const length = /^([0-9a-f]{1,8})\s*(;.*)?$/i.exec(line)?.[1];
    if (length === undefined) throw new Garbage();
    this.#chunkBytes = Number.parseInt(length, 16);
    if (this.#chunkBytes === 0) this.#inTrailer = true;
    else this.#left = this.#chunkBytes + 2;
    return { taken, done: false };
  }
}
