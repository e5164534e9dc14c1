// HTTP/1.1 (RFC 9112): requests and responses with their bodies, and what follows an upgrade.

import { Bytes } from "./bytes.ts";
import { Body, type BodyForm } from "./http-body.ts";
import { describeHead, type Head, readHead } from "./http-head.ts";
import { type Decoder, type Decoders, Garbage, type Message } from "./message.ts";
import { webSocketFrames } from "./websocket.ts";

const LONGEST_HEAD = 64 * 1024;
const MOST_UNANSWERED = 1_000;

/** What both directions know of their connection. */
interface Exchange {
  /** Methods of the requests that no response has come for. */
  unanswered: string[];
  upgraded: "websocket" | "other" | undefined;
}

class Messages implements Decoder {
  readonly #exchange: Exchange;
  readonly #bodyOf: (head: Head, exchange: Exchange) => BodyForm;
  #head = "";
  #label = "";
  #body: Body | undefined;
  #bytes = 0;
  #after: Decoder | undefined;

  constructor(exchange: Exchange, bodyOf: (head: Head, exchange: Exchange) => BodyForm) {
    this.#exchange = exchange;
    this.#bodyOf = bodyOf;
  }

  push(chunk: Buffer): Message[] {
    const messages: Message[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#upgraded()) return [...messages, ...this.#rest().push(rest)];
      const taken = this.#body ? this.#takeBody(rest, messages) : this.#takeHead(rest, messages);
      rest = rest.subarray(taken);
    }
    return messages;
  }

  /** An upgrade counts once the message that is under way has ended. */
  #upgraded(): boolean {
    return this.#exchange.upgraded !== undefined && this.#bytes === 0;
  }

  #rest(): Decoder {
    const webSocket = this.#exchange.upgraded === "websocket";
    this.#after ??= webSocket ? webSocketFrames() : new Bytes();
    return this.#after;
  }

  #takeHead(chunk: Buffer, messages: Message[]): number {
    const before = this.#head.length;
    this.#head += chunk.toString("latin1", 0, LONGEST_HEAD);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > LONGEST_HEAD || !mayBeHead(this.#head)) throw new Garbage();
      this.#bytes += this.#head.length - before;
      return this.#head.length - before;
    }
    const taken = end + 4 - before;
    this.#bytes += taken;
    const head = readHead(this.#head.slice(0, end));
    this.#head = "";
    this.#label = describeHead(head);
    const form = this.#bodyOf(head, this.#exchange);
    // A stream is shown as it comes, for it may never end.
    if (form.kind === "stream" || form.kind === "none") messages.push(this.#message(this.#label));
    if (form.kind !== "none") this.#body = new Body(form);
    return taken;
  }

  #takeBody(chunk: Buffer, messages: Message[]): number {
    const body = this.#body as Body;
    const { taken, part, done } = body.take(chunk);
    this.#bytes += taken;
    if (part) messages.push(this.#message(part));
    if (!done) return taken;
    this.#body = undefined;
    if (this.#bytes > 0) messages.push(this.#message(body.streams ? "end" : this.#label));
    return taken;
  }

  #message(label: string): Message {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return { label, bytes };
  }
}

/** Long before a head is complete, noise shows in its first line. */
function mayBeHead(text: string): boolean {
  const [line = ""] = text.split("\r\n", 1);
  return /^[\x20-\x7e]*\r?$/.test(line);
}

function requestBody(head: Head, exchange: Exchange): BodyForm {
  const [method = ""] = head.line.split(" ");
  exchange.unanswered.push(method);
  if (exchange.unanswered.length > MOST_UNANSWERED) throw new Garbage();
  return bodyIn(head) ?? { kind: "none" };
}

function responseBody(head: Head, exchange: Exchange): BodyForm {
  const status = Number(head.line.split(" ")[1]);
  if (status === 101) {
    const protocol = head.headers.get("upgrade")?.toLowerCase();
    exchange.upgraded = protocol === "websocket" ? "websocket" : "other";
  }
  const method = status >= 200 ? exchange.unanswered.shift() : undefined;
  if (method === "CONNECT" && status < 300) exchange.upgraded = "other";
  const bodiless = status < 200 || status === 204 || status === 304 || method === "HEAD";
  if (bodiless || exchange.upgraded) return { kind: "none" };
  const streams = head.headers.get("content-type")?.startsWith("text/event-stream");
  const body = bodyIn(head) ?? { kind: "stream", chunked: false };
  return streams ? { kind: "stream", chunked: body.kind === "chunked" } : body;
}

/** What the headers say of a body (RFC 9112, 6.3); undefined when they say nothing. */
function bodyIn({ headers }: Head): BodyForm | undefined {
  if (/chunked\s*$/i.test(headers.get("transfer-encoding") ?? "")) return { kind: "chunked" };
  const length = headers.get("content-length");
  if (length === undefined) return undefined;
  if (!/^\d{1,15}$/.test(length)) throw new Garbage();
  return Number(length) === 0 ? { kind: "none" } : { kind: "length", length: Number(length) };
}

/** HTTP/1.1, and WebSocket frames where the connection was upgraded to them. */
export function http(): Decoders {
  const exchange: Exchange = { unanswered: [], upgraded: undefined };
  return {
    requests: new Messages(exchange, requestBody),
    replies: new Messages(exchange, responseBody),
  };
}
