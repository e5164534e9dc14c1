import type { Socket } from "node:net";
import type { Conditions } from "./conditions.ts";
import type { Limit } from "./limit.ts";

/**
 * Something under way: the opening of a connection, bytes, its orderly end (FIN) or its reset (RST).
 * `leftAt` is in ms of performance.now(); `jitter` is in [-1, 1).
 */
export interface Parcel {
  kind: "open" | "bytes" | "end" | "reset";
  bytes: Buffer;
  leftAt: number;
  jitter: number;
}

/** What the connection around a flow supplies. */
export interface Surroundings {
  conditions: Conditions;
  random: () => number;
  /** Reaches the far end: opens a connection to it, or resets the whole connection. */
  open(): void;
  reset(): void;
  /** Is told of bytes when they come in and when they have gone out. */
  arrived(chunk: Buffer): void;
  delivered(bytes: number): void;
}

/** At most so much is under way in a flow; beyond it the sender waits, as for a full TCP window. */
const WINDOW_BYTES = 1024 * 1024;
const WINDOW_PARCELS = 1024;

const NOTHING: Buffer = Buffer.alloc(0);

/** One direction of one connection: takes bytes from a source and gives them to a sink, in order. */
export class Flow {
  /** Bytes that have been given to the sink. */
  passed = 0;
  /** True while this connection alone is cut. */
  stopped = false;
  #limit: Limit | undefined;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #around: Surroundings;
  readonly #queue: Parcel[] = [];
  #queuedBytes = 0;
  #sinkIsFull = false;
  #ended = false;
  #over = false;
  #alarm: NodeJS.Timeout | undefined;

  constructor(source: Socket, sink: Socket, around: Surroundings) {
    this.#source = source;
    this.#sink = sink;
    this.#around = around;
    source.on("data", (chunk: Buffer) => this.#takeIn(chunk));
    source.on("end", () => {
      this.#ended = true;
      this.send("end");
    });
    source.on("error", () => {}); // "close" follows and tells whether there was one
    source.on("close", (failed) => {
      if (failed || !this.#ended) this.send("reset");
    });
    sink.on("drain", () => {
      this.#sinkIsFull = false;
      this.pump();
    });
  }

  get limit(): Limit | undefined {
    return this.#limit;
  }

  set limit(limit: Limit | undefined) {
    this.#limit = limit;
    this.pump();
  }

  /** Puts something under way. */
  send(kind: Parcel["kind"], bytes = NOTHING): void {
    if (this.#over) return;
    const jitter = 2 * this.#around.random() - 1;
    this.#queue.push({ kind, bytes, leftAt: performance.now(), jitter });
    this.#queuedBytes += bytes.length;
    this.pump();
  }

  /** Hands over all that may arrive by now, and sets an alarm for the next. */
  pump(): void {
    clearTimeout(this.#alarm);
    let parcel = this.#queue[0];
    while (parcel && this.#mayPass(parcel)) {
      const now = performance.now();
      const wait = this.#around.conditions.wait(parcel, now);
      if (wait > 0) {
        this.#alarm = setTimeout(() => this.pump(), Math.ceil(wait));
        break;
      }
      this.#deliver(parcel, now);
      parcel = this.#queue[0];
    }
    this.#readOrPause();
  }

  /** Forgets what is under way; nothing more passes. */
  close(): void {
    this.#over = true;
    this.#queue.length = 0;
    clearTimeout(this.#alarm);
  }

  /** The path of an idle link: no queue, no clock, no random number. */
  #takeIn(chunk: Buffer): void {
    this.#around.arrived(chunk);
    const straight =
      this.#queue.length === 0 &&
      this.#limit === undefined &&
      !this.stopped &&
      this.#around.conditions.clear;
    if (straight) this.#write(chunk);
    else this.send("bytes", chunk);
    if (this.#sinkIsFull) this.#source.pause();
  }

  #mayPass({ kind }: Parcel): boolean {
    if (this.#sinkIsFull || this.stopped || this.#around.conditions.cut) return false;
    if (this.#sink.destroyed) return false; // the other flow brings the news
    if (this.#limit === undefined || kind === "open") return true;
    if (this.passed < this.#limit.offset) return true;
    this.#limit.reached();
    return false;
  }

  #deliver(parcel: Parcel, now: number): void {
    const { conditions } = this.#around;
    const room = Math.min(conditions.piece, (this.#limit?.offset ?? Infinity) - this.passed);
    const bytes = parcel.bytes.subarray(0, room);
    if (bytes.length < parcel.bytes.length) parcel.bytes = parcel.bytes.subarray(room);
    else this.#queue.shift();
    this.#queuedBytes -= bytes.length;
    conditions.occupy(bytes.length, now);
    if (parcel.kind === "bytes") this.#write(bytes);
    else if (parcel.kind === "open") this.#around.open();
    else if (parcel.kind === "end") this.#sink.end();
    else this.#around.reset();
  }

  #write(bytes: Buffer): void {
    this.passed += bytes.length;
    this.#sinkIsFull = !this.#sink.write(bytes);
    this.#around.delivered(bytes.length);
  }

  #readOrPause(): void {
    const windowIsFull = this.#queuedBytes >= WINDOW_BYTES || this.#queue.length >= WINDOW_PARCELS;
    if (this.#sinkIsFull || windowIsFull) this.#source.pause();
    else this.#source.resume();
  }
}
