/** The width of a character of the monospaced face at 11.5 px. */
export const CHARACTER = 6.95;

export interface Point {
  x: number;
  y: number;
}

/** An arrow with its head. */
export function shaft(from: Point, to: Point): string {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const wing = (turn: number) => {
    const x = to.x - 8 * Math.cos(angle + turn);
    const y = to.y - 8 * Math.sin(angle + turn);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const head = `M${wing(0.42)}L${to.x} ${to.y}L${wing(-0.42)}`;
  return `<path class="arrow" d="M${from.x} ${from.y}L${to.x} ${to.y}${head}"/>`;
}

/** An arrow that ends under way, with a cross at its end. */
export function lost(from: Point, to: Point): string {
  const x = Math.round(from.x + (to.x - from.x) * 0.82);
  const y = to.y - 1;
  const cross = `<path class="fault" d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"/>`;
  return `<path class="arrow" d="M${from.x} ${from.y}L${x} ${y}"/>${cross}`;
}

export function text(x: number, y: number, words: string, className: string): string {
  return `<text class="${className}" x="${x}" y="${y}">${escaped(words)}</text>`;
}

/** As much of the words as fits into so many pixels. */
export function cut(words: string, width: number): string {
  const longest = Math.floor(width / CHARACTER);
  return words.length <= longest ? words : `${words.slice(0, Math.max(1, longest - 1))}\u2026`;
}

export function escaped(words: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return words.replace(/[&<>"]/g, (character) => entities[character] as string);
}
