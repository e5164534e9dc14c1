import type { Direction } from "./conditions.ts";
import type { Message } from "./decode/message.ts";

/** What a link has seen, as plain data. All times are ms from `startedAt`. */
export interface Trace {
  /** Ms since 1970, with fractions, so that the traces of several links can be laid side by side. */
  startedAt: number;
  /** In the order in which their last byte came to the link. */
  messages: TracedMessage[];
  marks: Mark[];
  /** How many messages and marks came after the trace was full. */
  beyond: number;
}

export interface TracedMessage {
  /** When its last byte came to the link. */
  at: number;
  /** When its last byte left the link; null if it has not. */
  arrivedAt: number | null;
  /** The client's name for itself, or "client" and a number. */
  connection: string;
  server: string;
  direction: Direction;
  /** What it says, in one line; passwords and tokens are masked. */
  label: string;
  bytes: number;
  /** True for what a client library does by itself before it does its user's work. */
  setup: boolean;
}

/** A moment that is no message: a fault, its end, or what a lab has to say. */
export interface Mark {
  at: number;
  kind: "fault" | "note";
  label: string;
  server: string;
  /** The connection that it happened to; null for all of them. */
  connection: string | null;
}

/** Beyond so many messages, and as many marks, a trace only counts. */
const MOST = 2_000;

/** A connection as its messages know it: a name may come late. */
export interface Named {
  name: string;
  /** True when the lab has named it, which counts more than what the client says. */
  fixed: boolean;
}

type Kept<Entry> = Omit<Entry, "connection"> & { connection: Named };

/** Keeps the trace of one link. */
export class Recorder {
  readonly #server: string;
  #start = performance.now();
  #messages: Kept<TracedMessage>[] = [];
  #marks: (Omit<Mark, "connection"> & { connection: Named | null })[] = [];
  #beyond = 0;

  constructor(server: string) {
    this.#server = server;
  }

  /** Records a message and returns what to call when it has arrived. */
  message(message: Message, connection: Named, direction: Direction): () => void {
    const { label, bytes, setup = false } = message;
    if (message.name && !connection.fixed) connection.name = message.name;
    if (this.#messages.length >= MOST) {
      this.#beyond += 1;
      return () => {};
    }
    const entry: Kept<TracedMessage> = {
      at: this.#now(),
      arrivedAt: null,
      connection,
      server: this.#server,
      direction,
      label,
      bytes,
      setup,
    };
    this.#messages.push(entry);
    const start = this.#start;
    return () => {
      if (this.#start === start) entry.arrivedAt = this.#now();
    };
  }

  mark(kind: Mark["kind"], label: string, connection: Named | null = null): void {
    if (this.#marks.length >= MOST) this.#beyond += 1;
    else this.#marks.push({ at: this.#now(), kind, label, server: this.#server, connection });
  }

  /** Forgets all, and counts the time from now. */
  restart(): void {
    this.#start = performance.now();
    this.#messages = [];
    this.#marks = [];
    this.#beyond = 0;
  }

  trace(): Trace {
    return {
      startedAt: performance.timeOrigin + this.#start,
      messages: this.#messages.map((entry) => ({ ...entry, connection: entry.connection.name })),
      marks: this.#marks.map((mark) => ({ ...mark, connection: mark.connection?.name ?? null })),
      beyond: this.#beyond,
    };
  }

  /** To the microsecond, which is finer than the clock is true. */
  #now(): number {
    return Math.round((performance.now() - this.#start) * 1000) / 1000;
  }
}
