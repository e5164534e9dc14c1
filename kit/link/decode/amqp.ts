// AMQP 0-9-1: frames of a type, a channel and a length; a method that carries content is followed by
// a header and bodies, which are one message with it here
// (https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, chapter 4.2).

import { describeMethod, METHODS_WITH_CONTENT, SETUP_METHODS } from "./amqp-methods.ts";
import { Frames, type Framing } from "./frames.ts";
import { type Decoders, Garbage, type Message, oneLine, size } from "./message.ts";

const GREETING = "AMQP";
const START_OK = 0x000a000b;

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const HEARTBEAT = 8;
const OVERHEAD = 8; // type, channel, length, and the end octet
const LARGEST_FRAME = 2 ** 27; // RabbitMQ's own upper limit for a message

class Framed implements Framing {
  #parts: string[] = [];
  #setup = false;
  /** Bytes of content that are to come, by channel; infinite until its header tells. */
  readonly #content = new Map<number, number>();

  length(start: Buffer): number | undefined {
    if (start.toString("latin1", 0, 4) === GREETING) return 8;
    if (start.length < 7) return undefined;
    const type = start[0] as number;
    const length = start.readUInt32BE(3);
    const known = [METHOD, HEADER, BODY, HEARTBEAT].includes(type);
    if (!known || length > LARGEST_FRAME) throw new Garbage();
    return length + OVERHEAD;
  }

  describe(start: Buffer, length: number): Omit<Message, "bytes"> | undefined {
    if (start.toString("latin1", 0, 4) === GREETING) {
      return { label: `AMQP ${start.subarray(5, 8).join("-")}`, setup: true };
    }
    const whole = length === start.length;
    if (whole && start[length - 1] !== 0xce) throw new Garbage();
    const name = this.#takeFrame(start, length - OVERHEAD);
    if (this.#content.size > 0) return undefined;
    const label = oneLine(this.#parts.join(", "));
    this.#parts = [];
    return { label, ...(this.#setup ? { setup: true } : {}), ...(name ? { name } : {}) };
  }

  /** Notes what a frame adds to the current message, and returns the client's name if it tells it. */
  #takeFrame(start: Buffer, payload: number): string | undefined {
    const channel = start.readUInt16BE(1);
    const type = start[0] as number;
    if (type === HEARTBEAT) this.#parts.push("heartbeat");
    if (type === HEADER) this.#takeHeader(channel, Number(start.readBigUInt64BE(11)));
    if (type === BODY) this.#takeBody(channel, payload);
    if (type !== METHOD) return undefined;
    const method = start.readUInt32BE(7);
    this.#setup = SETUP_METHODS.has(method);
    this.#parts.push(describeMethod(method, start.subarray(11, start.length - 1)));
    if (METHODS_WITH_CONTENT.has(method)) this.#content.set(channel, Number.POSITIVE_INFINITY);
    return method === START_OK ? nameIn(start) : undefined;
  }

  #takeHeader(channel: number, bytes: number): void {
    this.#parts.push(size(bytes));
    if (this.#content.has(channel)) this.#content.set(channel, bytes);
    this.#takeBody(channel, 0);
  }

  #takeBody(channel: number, bytes: number): void {
    const left = (this.#content.get(channel) ?? 0) - bytes;
    if (left > 0) this.#content.set(channel, left);
    else this.#content.delete(channel);
  }
}

/** The connection_name among a client's properties, a long string ("S"). */
function nameIn(start: Buffer): string | undefined {
  const key = "\x0fconnection_nameS";
  const at = start.indexOf(key, 0, "latin1");
  if (at < 0) return undefined;
  const text = at + key.length + 4;
  return oneLine(start.toString("utf8", text, text + start.readUInt32BE(text - 4)), 24);
}

export function amqp(): Decoders {
  return { requests: new Frames(new Framed()), replies: new Frames(new Framed()) };
}
