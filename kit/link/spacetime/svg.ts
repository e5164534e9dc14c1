import type { Trace } from "../trace.ts";
import { type Arrow, type DiagramOptions, type Layout, layout, type Row } from "./layout.ts";
import { CHARACTER, cut, escaped, lost, shaft, text } from "./shapes.ts";
import { STYLE } from "./style.ts";

const TIME_WIDTH = 64;
const MARGIN = 60;
const NARROWEST = 720;
const SMALLEST_GAP = 170;
const HEADER = 40;
const ROW = 25;
/** How much later an arrow arrives, in the drawing, when nothing came in between. */
const SLOPE = 6;

/**
 * Draws a trace as a space-time diagram, time running down: one line for each client and server, an
 * arrow for each message; one that ends in a cross has not arrived. The SVG stands alone or in a page,
 * takes the page's colours from CSS variables (--ink, --soft, --line, --card, --broken, ...) where it
 * defines them, and follows light and dark. It is as wide as its lifelines need: give it a box that
 * scrolls sideways.
 */
export function spacetimeSvg(trace: Trace, options: DiagramOptions = {}): string {
  const drawn = layout(trace, options);
  const page = new Page(drawn);
  const messages = drawn.rows.filter(
    ({ kind }) => kind === "whole" || kind === "leaves" || kind === "lost",
  );
  const title = `Space-time diagram of ${messages.length} messages between ${drawn.names.join(", ")}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="spacetime" viewBox="0 0 ${page.width} ${page.height}" width="${page.width}" height="${page.height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    ...page.highlights(),
    ...page.lifelines(),
    ...drawn.rows.map((row, index) => page.row(row, index)),
    ...drawn.omissions.map((sentence, index) => page.omission(sentence, index)),
    "</svg>",
    "",
  ].join("\n");
}

class Page {
  readonly width: number;
  readonly height: number;
  readonly #layout: Layout;
  readonly #gap: number;
  /** The rows in which arrows arrive that something came in between. */
  readonly #arrivals = new Map<Arrow, number>();

  constructor(drawn: Layout) {
    this.#layout = drawn;
    for (const [index, row] of drawn.rows.entries()) {
      if (row.kind === "arrives") this.#arrivals.set(row.arrow, index);
    }
    const gaps = Math.max(1, drawn.names.length - 1);
    this.width = Math.max(NARROWEST, TIME_WIDTH + 2 * MARGIN + gaps * SMALLEST_GAP);
    this.#gap = (this.width - TIME_WIDTH - 2 * MARGIN) / gaps;
    this.height = HEADER + (drawn.rows.length + 1) * ROW + drawn.omissions.length * 18;
  }

  lifelines(): string[] {
    const bottom = HEADER + this.#layout.rows.length * ROW + 8;
    return [
      text(TIME_WIDTH - 14, 20, "ms", "time"),
      ...this.#layout.names.map((name, place) => {
        const x = this.#x(place);
        const line = `<path class="life" d="M${x} 30V${bottom}"/>`;
        return line + text(x, 20, cut(name, this.#gap - 10), "name");
      }),
    ];
  }

  /** A band behind the message that is put forward, and behind the reason above it. */
  highlights(): string[] {
    return this.#layout.rows.flatMap((row, index) => {
      if (row.kind !== "highlight") return [];
      const y = this.#y(index) - ROW + 8;
      return `<rect class="band" x="0" y="${y}" width="${this.width}" height="${2 * ROW}" rx="4"/>`;
    });
  }

  row(row: Row, index: number): string {
    const y = this.#y(index);
    const last = this.#layout.names.length - 1;
    if (row.kind === "fold") {
      const count = `${row.messages} more ${row.messages === 1 ? "message" : "messages"}`;
      return this.#line(0, last, y, count, "fold");
    }
    if (row.kind === "highlight") return text(this.#x(0), y, row.label, "why");
    const time = text(TIME_WIDTH - 14, y, row.at.toFixed(2), "time");
    if ("label" in row) return time + this.#line(row.from, row.to, y, row.label, row.kind);
    return `<g class="c${row.arrow.client % 6}">${time}${this.#arrow(row.kind, row.arrow, index)}</g>`;
  }

  omission(sentence: string, index: number): string {
    const y = HEADER + (this.#layout.rows.length + 1) * ROW + index * 18;
    return text(TIME_WIDTH, y, sentence, "omission");
  }

  /** A line across lifelines with words in its middle. */
  #line(from: number, to: number, y: number, words: string, kind: string): string {
    const [left, right] = [this.#x(from) - 10, this.#x(to) + 10];
    const middle = (left + right) / 2;
    const half = (words.length * CHARACTER) / 2 + 6;
    const path = `M${left} ${y - 4}H${middle - half}M${middle + half} ${y - 4}H${right}`;
    return `<path class="${kind}" d="${path}"/>${text(middle, y, words, `label ${kind}-label`)}`;
  }

  #arrow(kind: "whole" | "leaves" | "arrives" | "lost", arrow: Arrow, index: number): string {
    if (kind === "arrives") return ""; // drawn where it leaves, so that later words lie on top
    const y = this.#y(index);
    const arrival = this.#arrivals.get(arrow);
    const from = { x: this.#x(arrow.from), y };
    const to = { x: this.#x(arrow.to), y: arrival === undefined ? y + SLOPE : this.#y(arrival) };
    const drawn = kind === "lost" ? lost(from, to) : shaft(from, to);
    return drawn + this.#label(arrow, y, kind === "leaves" ? "at its start" : "in the middle");
  }

  #label({ from, to, label, bytes, highlighted }: Arrow, y: number, where: string): string {
    const [start, end] = [this.#x(from), this.#x(to)];
    const words = cut(label, Math.abs(end - start) - 24);
    const half = (words.length * CHARACTER) / 2 + 10;
    const x = where === "at its start" ? start + Math.sign(end - start) * half : (start + end) / 2;
    const title = `<title>${escaped(`${label} (${bytes} bytes)`)}</title>`;
    const className = highlighted ? "label on-band" : "label";
    return `<text class="${className}" x="${x}" y="${y - 3}">${title}${escaped(words)}</text>`;
  }

  #x(place: number): number {
    return Math.round(TIME_WIDTH + MARGIN + place * this.#gap);
  }

  #y(index: number): number {
    return HEADER + (index + 1) * ROW - 6;
  }
}
