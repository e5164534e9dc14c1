import { type Decoder, Garbage, type Message } from "./message.ts";

/** What is kept of a frame: enough for a label, whatever the frame's length. */
const KEPT_BYTES = 4096;

/** How a protocol cuts its stream into frames. */
export interface Framing {
  /**
   * The length of the frame that starts here, all included, or undefined while the bytes do not
   * tell. Throws Garbage when no frame starts like that.
   */
  length(start: Buffer): number | undefined;
  /**
   * Describes a frame of which at most 4,096 bytes are given. Undefined when it belongs to one
   * message with the next frame.
   */
  describe(start: Buffer, length: number): Omit<Message, "bytes"> | undefined;
}

/** Reads a stream of frames that tell their length at the start. */
export class Frames implements Decoder {
  readonly #framing: Framing;
  #start: Buffer = Buffer.alloc(0);
  #length: number | undefined;
  #seen = 0;
  #messageBytes = 0;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  push(chunk: Buffer): Message[] {
    const messages: Message[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      rest = rest.subarray(this.#take(rest));
      if (this.#seen !== this.#length) continue;
      const message = this.#finish(this.#length);
      if (message) messages.push(message);
    }
    return messages;
  }

  /** Takes in what belongs to the current frame and returns how much that was. */
  #take(chunk: Buffer): number {
    if (this.#length === undefined) return this.#takeStart(chunk);
    const taken = Math.min(chunk.length, this.#length - this.#seen);
    const kept = chunk.subarray(0, Math.min(taken, KEPT_BYTES - this.#start.length));
    if (kept.length > 0) this.#start = Buffer.concat([this.#start, kept]);
    this.#seen += taken;
    return taken;
  }

  #takeStart(chunk: Buffer): number {
    const before = this.#seen;
    const start = Buffer.concat([this.#start, chunk.subarray(0, KEPT_BYTES - before)]);
    this.#length = this.#framing.length(start);
    if (this.#length === undefined && start.length >= KEPT_BYTES) throw new Garbage();
    this.#start = start.subarray(0, this.#length);
    this.#seen = this.#start.length;
    if (this.#seen <= before) throw new Garbage(); // a frame shorter than its own header
    return this.#seen - before;
  }

  #finish(length: number): Message | undefined {
    this.#messageBytes += length;
    const described = this.#framing.describe(this.#start, length);
    this.#start = Buffer.alloc(0);
    this.#length = undefined;
    this.#seen = 0;
    if (!described) return undefined;
    const message = { ...described, bytes: this.#messageBytes };
    this.#messageBytes = 0;
    return message;
  }
}
