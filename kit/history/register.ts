import { isLinearizable, saw } from "./linearize.ts";
import {
  eachKey,
  inWords,
  type Operation,
  ofKind,
  type Value,
  type Violation,
} from "./operation.ts";

/**
 * Keys whose reads, writes and updates no register explains, each with a part of them that shows
 * it and of which nothing can be left out. `initial` is what every key holds at first. For small
 * histories: a RangeError when a key has too much at the same time to be decided.
 */
export function nonLinearizable(
  operations: readonly Operation[],
  initial: Value = null,
): Violation[] {
  const registers = eachKey(ofKind(operations, "read", "write", "update"));
  const wrong = registers.map(relevant).filter((ofKey) => !isLinearizable(ofKey, initial));
  return wrong.map((ofKey) => {
    const core = smallest(ofKey, initial);
    return {
      anomaly: "not linearizable",
      sentence: `No order explains: ${core.map(inWords).join(", ")}.`,
      operations: core,
    };
  });
}

// What failed did nothing, and a read that nobody saw the end of says nothing.
function relevant(operations: readonly Operation[]): Operation[] {
  return operations
    .filter(({ outcome }) => outcome !== "failed")
    .filter(({ kind, outcome }) => kind !== "read" || outcome === "ok")
    .toSorted((a, b) => a.invoked - b.invoked);
}

/** Leaves out what is not needed for the contradiction: halves, quarters, down to single ones. */
function smallest(operations: readonly Operation[], initial: Value): readonly Operation[] {
  let core = operations;
  for (let size = core.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < core.length; ) {
      const fewer = leaveOut(core.slice(start, start + size), core);
      if (isLinearizable(fewer, initial)) start += size;
      else core = fewer;
    }
  }
  return core;
}

// Without a write, a read of its value would look wrong although it was not: whatever saw a value
// is left out together with the writers of that value.
function leaveOut(some: readonly Operation[], operations: readonly Operation[]): Operation[] {
  const gone = new Set(some);
  for (const { kind, value } of gone) {
    if (kind === "read") continue;
    for (const other of operations) if (saw(other) === value) gone.add(other);
  }
  return operations.filter((operation) => !gone.has(operation));
}
