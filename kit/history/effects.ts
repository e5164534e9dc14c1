import {
  certain,
  eachKey,
  inWords,
  type Operation,
  ofKind,
  type Value,
  type Violation,
} from "./operation.ts";

/**
 * Updates that overwrote each other unseen: more of them started from a value than that value was
 * ever there ("P4" of Berenson and others, "A Critique of ANSI SQL Isolation Levels", 1995). A
 * value may come back; then its writers belong to the proof. `initial` is what every key holds at
 * first.
 */
export function lostUpdates(operations: readonly Operation[], initial: Value = null): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const possible = ofKey.filter(({ outcome }) => outcome !== "failed");
    const writers = Map.groupBy(ofKind(possible, "write", "update"), ({ value }) => value);
    const updates = Map.groupBy(certain(ofKind(ofKey, "update")), ({ from }) => from ?? null);
    return [...updates].flatMap(([from, started]) => {
      const cameFrom = writers.get(from) ?? [];
      const times = Math.max(1, cameFrom.length + (from === initial ? 1 : 0));
      return started.length > times ? [lost(started.slice(0, times + 1), cameFrom, times)] : [];
    });
  });
}

function lost(started: Operation[], cameFrom: Operation[], times: number): Violation {
  const changes = started.map(inWords).join(", ");
  const often = times === 1 ? "once" : `${times} times`;
  return {
    anomaly: "lost update",
    sentence: `${changes}, but ${started[0]!.from} was there only ${often}: a change is lost.`,
    operations: times === 1 ? started : [...cameFrom, ...started],
  };
}

/** Requests whose effect took place more than once; the key of an effect names its request. */
export function doubleEffects(operations: readonly Operation[]): Violation[] {
  const carriedOut = eachKey(certain(ofKind(operations, "effect")));
  const repeated = carriedOut.filter(({ length }) => length > 1);
  return repeated.map(([first, again]) => ({
    anomaly: "double effect",
    sentence: `${inWords(again!)} although ${inWords(first!)}.`,
    operations: [first!, again!],
  }));
}
