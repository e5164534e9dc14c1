// Reads that go back and messages that overtake each other are one thing: somebody saw a newer
// version and somebody, after that, an older one. Which of two versions is newer is only certain
// when the one was there before the other was begun, so versions written at the same time never
// give an alarm.

import { certain, type Operation, settled, type Value } from "./operation.ts";

/** A value of one key, and when it can have come about. */
export interface Version {
  /** Nobody can have seen it before. */
  readonly from: number;
  /** It was there at the latest by then. */
  readonly until: number;
  readonly writers: readonly Operation[];
}

/** One operation that saw one version. */
export interface Sighting {
  readonly by: Operation;
  readonly version: Version;
}

const ALWAYS: Version = { from: -Infinity, until: -Infinity, writers: [] };

/**
 * The versions of one key by their value. A value that was written more than once is one version
 * that can have come about by any of its writers. What surely failed wrote nothing.
 */
export function versionsOf(writers: readonly Operation[], initial?: Value): Map<Value, Version> {
  const versions = new Map<Value, Version>();
  if (initial !== undefined) versions.set(initial, ALWAYS);
  for (const writer of writers.filter(({ outcome }) => outcome !== "failed")) {
    const known = versions.get(writer.value);
    versions.set(writer.value, {
      from: Math.min(known?.from ?? Infinity, writer.invoked),
      until: Math.max(known?.until ?? -Infinity, settled(writer)),
      writers: [...(known?.writers ?? []), writer],
    });
  }
  return versions;
}

/** What these operations saw; one that saw a value which nobody wrote is for others to judge. */
export function sightings(
  operations: readonly Operation[],
  versions: ReadonlyMap<Value, Version>,
): Sighting[] {
  return certain(operations)
    .map((by) => ({ by, version: versions.get(by.value) }))
    .filter((sighting): sighting is Sighting => sighting.version !== undefined);
}

/**
 * Each later sighting of an older version, with the newest version that was seen before it: that
 * sighting had completed when the later one was invoked.
 */
export function* goingBack(
  earlier: readonly Sighting[],
  later: readonly Sighting[],
): Generator<{ newer: Sighting; older: Sighting }> {
  const byCompletion = earlier.toSorted((a, b) => a.by.completed - b.by.completed).values();
  let next = byCompletion.next();
  let newer: Sighting | undefined;
  for (const older of later.toSorted((a, b) => a.by.invoked - b.by.invoked)) {
    for (; !next.done && next.value.by.completed < older.by.invoked; next = byCompletion.next()) {
      if (!newer || next.value.version.from > newer.version.from) newer = next.value;
    }
    if (newer && older.version.until < newer.version.from) yield { newer, older };
  }
}
