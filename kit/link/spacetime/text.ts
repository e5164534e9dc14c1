import type { Trace } from "../trace.ts";
import { type Arrow, type DiagramOptions, layout, type Row } from "./layout.ts";

const WIDTH = 100;
const TIME_WIDTH = 9;
/** Room on both sides for half of a lifeline's name. */
const MARGIN = 8;

/**
 * Draws a trace as a space-time diagram of plain ASCII, 100 columns wide, time running down: one line
 * for each client and server, an arrow for each message. An arrow that ends in x has not arrived.
 */
export function spacetimeText(trace: Trace, options: DiagramOptions = {}): string {
  const { names, rows, omissions } = layout(trace, options);
  if (rows.length === 0) return "Nothing has crossed the link.\n";
  const page = new Page(names);
  const lines = [page.header(), ...rows.map((row) => page.row(row))];
  return `${[...lines, ...omissions].map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Knows where the lifelines stand. */
class Page {
  readonly #names: string[];
  readonly #columns: number[];

  constructor(names: string[]) {
    this.#names = names;
    const from = TIME_WIDTH + MARGIN;
    const gap = (WIDTH - MARGIN - from) / Math.max(1, names.length - 1);
    this.#columns = names.map((_, place) => Math.round(from + place * gap));
  }

  header(): string {
    const line = Array<string>(WIDTH).fill(" ");
    put(line, "ms".padStart(TIME_WIDTH - 1), 0);
    for (const [place, name] of this.#names.entries()) {
      const text = cut(name, 2 * MARGIN);
      put(line, text, Math.min(this.#column(place) - (text.length >> 1), WIDTH - text.length));
    }
    return line.join("");
  }

  row(row: Row): string {
    if (row.kind === "fold") return this.#fold(row.messages);
    if (row.kind === "highlight") return `> ${row.label}`;
    if ("label" in row) return this.#mark(row);
    return this.#arrow(row.kind, row.at, row.arrow);
  }

  #arrow(kind: "whole" | "leaves" | "arrives" | "lost", at: number, arrow: Arrow): string {
    const line = this.#blank("|", at);
    if (arrow.highlighted) put(line, ">", 0);
    const [from, to] = [this.#column(arrow.from), this.#column(arrow.to)];
    const [left, right] = [Math.min(from, to) + 1, Math.max(from, to)];
    put(line, shaft(kind, right - left, arrow.label, from < to), left);
    return line.join("");
  }

  #mark({
    at,
    kind,
    label,
    from,
    to,
  }: {
    at: number;
    kind: string;
    label: string;
    from: number;
    to: number;
  }): string {
    const line = this.#blank("|", at);
    const [left, right] = [this.#column(from), this.#column(to)];
    const fill = kind === "fault" ? "=" : " ";
    put(
      line,
      centred(` ${cut(label, WIDTH - 30)} `, Math.max(0, right - left - 1), fill),
      left + 1,
    );
    return line.join("");
  }

  #fold(messages: number): string {
    const line = this.#blank(":");
    const text = ` ${messages} more ${messages === 1 ? "message" : "messages"} `;
    put(line, text, (this.#column(0) + this.#column(this.#names.length - 1) - text.length) >> 1);
    return line.join("");
  }

  #blank(lifeline: string, at?: number): string[] {
    const line = Array<string>(WIDTH).fill(" ");
    for (const column of this.#columns) line[column] = lifeline;
    if (at !== undefined) put(line, at.toFixed(2).padStart(TIME_WIDTH - 1), 0);
    return line;
  }

  #column(place: number): number {
    return this.#columns[place] as number;
  }
}

/** How an arrow begins and ends, seen from its sender. */
const ENDS = {
  whole: ["", ">"],
  leaves: ["", "..."],
  arrives: ["...", ">"],
  lost: ["", "x   "],
} as const;

/** An arrow of so many characters. */
function shaft(
  kind: keyof typeof ENDS,
  length: number,
  label: string,
  rightwards: boolean,
): string {
  const [tail, head] = ENDS[kind];
  const room = length - tail.length - head.length;
  const body = centred(` ${cut(label, room - 4)} `, room, "-");
  if (rightwards) return `${tail}${body}${head}`;
  const mirrored = [...head.replace(">", "<")].reverse().join("");
  return `${mirrored}${body}${tail}`;
}

function centred(text: string, width: number, fill: string): string {
  const before = Math.max(0, (width - text.length) >> 1);
  return text.padStart(before + text.length, fill).padEnd(width, fill);
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 2))}..`;
}

function put(line: string[], text: string, at: number): void {
  for (const [offset, character] of [...text].entries()) {
    if (at + offset < line.length) line[at + offset] = character;
  }
}
