import type { Mark, TracedMessage } from "../trace.ts";

/** A message with its place in the trace, or a mark. */
export type Entry = { at: number } & ({ message: TracedMessage; place: number } | { mark: Mark });

/** The entries to draw, by place: round the highlight, round each mark, the last, then the first. */
export function keep(entries: Entry[], most: number, highlight: number | undefined): Set<number> {
  const around = (place: number, before: number, after: number) =>
    Array.from({ length: before + after + 1 }, (_, step) => place - before + step);
  const places = entries.map((_, place) => place);
  const highlighted = entries.findIndex((entry) => "place" in entry && entry.place === highlight);
  const wanted = [
    ...(highlighted >= 0 ? around(highlighted, 4, 4) : []),
    ...places.filter((place) => "mark" in entries[place]!).flatMap((place) => around(place, 2, 3)),
    ...places.slice(-5),
    ...places,
  ];
  const valid = wanted.filter((place) => place >= 0 && place < entries.length);
  return new Set([...new Set(valid)].slice(0, most));
}

/** The entries from this one on that are not kept, up to the next that is. */
export function runAt(index: number, entries: Entry[], kept: ReadonlySet<number>): Entry[] {
  let end = index;
  while (end < entries.length && !kept.has(end)) end += 1;
  return entries.slice(index, end);
}
