// Is there an order of all operations, one at a time, each somewhere between its invocation and
// its completion, in which every read sees what was last written? That is what Herlihy and Wing
// ("Linearizability", 1990) ask of a register. The search is that of Wing and Gong ("Testing and
// Verifying Concurrent Objects", 1993), which tries every operation that may come next, with the
// memory of Lowe ("Testing for Linearizability", 2017): a state reached twice with the same
// operations behind it is searched once.

import { type Operation, settled, type Value } from "./operation.ts";

/** The search grows with what runs at the same time; beyond this it is given up, with an error. */
const MOST_STATES = 100_000;

/**
 * Whether one register that holds `initial` at first explains these reads, writes and updates of
 * one key. Operations with an unknown outcome may have taken place at any time since, or never. A
 * RangeError when too many operations overlap to be decided.
 */
export function isLinearizable(operations: readonly Operation[], initial: Value): boolean {
  return new Search(operations).explains(initial);
}

/** The value that an operation found in the register; a write does not look. */
export function saw({ kind, value, from = null }: Operation): Value | undefined {
  return kind === "read" ? value : kind === "update" ? from : undefined;
}

class Search {
  readonly #operations: readonly Operation[];
  readonly #placed: boolean[];
  readonly #seen = new Set<string>();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    this.#placed = operations.map(() => false);
  }

  /** Whether what is not yet placed can follow a register that holds `held`. */
  explains(held: Value): boolean {
    const rest = this.#operations.filter((_, index) => !this.#placed[index]);
    if (rest.every(({ outcome }) => outcome === "unknown")) return true; // they may never happen
    if (!this.#isNew(held)) return false;
    const firstEnd = Math.min(...rest.map(settled));
    const next = [...this.#operations.keys()].filter((index) => {
      const operation = this.#operations[index]!;
      const mayComeNow = !this.#placed[index] && operation.invoked <= firstEnd;
      return mayComeNow && (operation.kind === "write" || saw(operation) === held);
    });
    // A read changes nothing: one that fits now is placed now, and nothing else has to be tried.
    const read = next.find((index) => this.#operations[index]!.kind === "read");
    return (read === undefined ? next : [read]).some((index) => this.#explainsAfter(index));
  }

  #explainsAfter(index: number): boolean {
    this.#placed[index] = true;
    const explained = this.explains(this.#operations[index]!.value);
    this.#placed[index] = false;
    return explained;
  }

  #isNew(held: Value): boolean {
    const state = `${this.#placed.map(Number).join("")} ${JSON.stringify(held)}`;
    if (this.#seen.has(state)) return false;
    this.#seen.add(state);
    if (this.#seen.size > MOST_STATES) {
      throw new RangeError(`too much at the same time: gave up after ${MOST_STATES} states`);
    }
    return true;
  }
}
