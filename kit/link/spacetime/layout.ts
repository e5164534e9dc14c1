import type { Mark, Trace, TracedMessage } from "../trace.ts";
import { type Entry, keep, runAt } from "./fold.ts";
import { lifelines } from "./lifelines.ts";

export interface DiagramOptions {
  /** At most so many messages and marks are drawn, the others are folded; 40 by default. */
  most?: number;
  /** Draws the set-up of connections too. */
  setup?: boolean;
  /** Puts one message forward: its place in the trace's messages, and why. */
  highlight?: { message: number; label: string };
}

/** An arrow between two lifelines, given by their places. */
export interface Arrow {
  from: number;
  to: number;
  /** The client's lifeline, which gives the arrow its colour. */
  client: number;
  label: string;
  bytes: number;
  highlighted: boolean;
}

/**
 * A line of the diagram. An arrow that something comes in between has two, one where it leaves and
 * one where it arrives; all others have one.
 */
export type Row =
  | { kind: "whole" | "leaves" | "arrives" | "lost"; at: number; arrow: Arrow }
  | { kind: "fault" | "note"; at: number; label: string; from: number; to: number }
  | { kind: "highlight"; at: number; label: string }
  | { kind: "fold"; at: number; messages: number };

export interface Layout {
  /** The names of clients and servers, from left to right. */
  names: string[];
  rows: Row[];
  /** What is left out, in sentences. */
  omissions: string[];
}

/** Puts a trace into rows in the order of time. */
export function layout(trace: Trace, options: DiagramOptions = {}): Layout {
  const { most = 40, setup = false, highlight } = options;
  const messages = trace.messages.map((message, place) => ({ at: message.at, message, place }));
  const shown = messages.filter(({ message }) => setup || !message.setup);
  const marks = trace.marks.map((mark) => ({ at: mark.at, mark }));
  const entries: Entry[] = [...shown, ...marks].toSorted((one, other) => one.at - other.at);
  const kept = keep(entries, most, highlight?.message);
  const { names, placeOf } = lifelines(entries.filter((_, index) => kept.has(index)));
  const draw = new Draw(placeOf, names.length - 1, highlight);
  const rows = entries.flatMap((entry, index) => {
    if (kept.has(index)) return draw.rows(entry, entries);
    return index === 0 || kept.has(index - 1) ? fold(runAt(index, entries, kept)) : [];
  });
  return {
    names,
    rows: rows.toSorted((one, other) => one.at - other.at),
    omissions: omissionsOf(messages.length - shown.length, trace.beyond),
  };
}

/** Entries that are not drawn are one row, at the place of the first. */
function fold(run: Entry[]): Row {
  const messages = run.filter((entry) => "message" in entry).length;
  return { kind: "fold", at: run[0]!.at, messages };
}

/** Turns entries into rows. */
class Draw {
  readonly #placeOf: (name: string) => number;
  readonly #last: number;
  readonly #highlight: DiagramOptions["highlight"];

  constructor(
    placeOf: (name: string) => number,
    last: number,
    highlight: DiagramOptions["highlight"],
  ) {
    this.#placeOf = placeOf;
    this.#last = last;
    this.#highlight = highlight;
  }

  rows(entry: Entry, entries: Entry[]): Row[] {
    if ("mark" in entry) return [this.#mark(entry.mark)];
    const { at, message } = entry;
    const arrow = this.#arrow(message, entry.place);
    const why: Row[] = arrow.highlighted
      ? [{ kind: "highlight", at, label: this.#highlight?.label ?? "" }]
      : [];
    if (message.arrivedAt === null) return [...why, { kind: "lost", at, arrow }];
    const between = entries.some((other) => comesBetween(message, other));
    if (!between) return [...why, { kind: "whole", at, arrow }];
    const arrives: Row = { kind: "arrives", at: message.arrivedAt, arrow };
    return [...why, { kind: "leaves", at, arrow }, arrives];
  }

  #arrow(message: TracedMessage, place: number): Arrow {
    const client = this.#placeOf(message.connection);
    const server = this.#placeOf(message.server);
    const [from, to] = message.direction === "requests" ? [client, server] : [server, client];
    const { label, bytes } = message;
    return { from, to, client, label, bytes, highlighted: this.#highlight?.message === place };
  }

  #mark({ at, kind, label, connection, server }: Mark): Row {
    if (connection === null) return { kind, at, label, from: 0, to: this.#last };
    const [one, other] = [this.#placeOf(connection), this.#placeOf(server)];
    return { kind, at, label, from: Math.min(one, other), to: Math.max(one, other) };
  }
}

/** Whether something else happened while a message was under way; its own kind keeps the order. */
function comesBetween(message: TracedMessage, entry: Entry): boolean {
  const isBetween = (at: number | null) =>
    at !== null && at > message.at && at < (message.arrivedAt as number);
  if ("mark" in entry) return isBetween(entry.at);
  const other = entry.message;
  const sameWay = other.connection === message.connection && other.direction === message.direction;
  return !sameWay && (isBetween(other.at) || isBetween(other.arrivedAt));
}

function omissionsOf(setup: number, beyond: number): string[] {
  const omissions: string[] = [];
  if (setup === 1) omissions.push("1 message that sets up a connection is left out.");
  if (setup > 1) omissions.push(`${setup} messages that set up connections are left out.`);
  if (beyond > 0) omissions.push(`${beyond} more came after the trace was full.`);
  return omissions;
}
