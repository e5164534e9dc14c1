import { type Decoder, type Decoders, type Message, size } from "./message.ts";

/** Knows no protocol: every chunk is a message of so many bytes. */
export class Bytes implements Decoder {
  push(chunk: Buffer): Message[] {
    return [{ label: size(chunk.length), bytes: chunk.length }];
  }
}

export function bytes(): Decoders {
  return { requests: new Bytes(), replies: new Bytes() };
}

/**
 * Follows a decoder until it fails and goes on by sizes from there: a trace must never break what it
 * watches, and whoever has lost the thread of a stream does not find it again.
 */
export class Forgiving implements Decoder {
  #decoder: Decoder;
  #unfinished = 0;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  push(chunk: Buffer): Message[] {
    this.#unfinished += chunk.length;
    try {
      const messages = this.#decoder.push(chunk);
      for (const message of messages) this.#unfinished -= message.bytes;
      return messages;
    } catch {
      this.#decoder = new Bytes();
      const label = `${size(this.#unfinished)}, not understood`;
      const message = { label, bytes: this.#unfinished };
      this.#unfinished = 0;
      return [message];
    }
  }
}
