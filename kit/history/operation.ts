// The record that all checkers read, and what they have in common.

/** What a register holds or a message says; a message is known by its value. */
export type Value = string | number | boolean | null;

/**
 * read: saw `value`. write: put `value`. update: saw `from` and put `value` in its place. send and
 * receive: of the message `value` to and from the queue `key`. effect: the request `key` was
 * carried out.
 */
export type Kind = "read" | "write" | "update" | "send" | "receive" | "effect";

/** How a call ended: it took place, it surely did not, or nobody knows (a timeout, a crash). */
export type Outcome = "ok" | "failed" | "unknown";

/** One call of one client, from its invocation to its completion. */
export interface Operation {
  readonly client: string;
  readonly kind: Kind;
  readonly key: string;
  readonly value: Value;
  /** Of an update: the value it had read. */
  readonly from?: Value;
  /** Milliseconds, by the same clock for the whole history. */
  readonly invoked: number;
  readonly completed: number;
  readonly outcome: Outcome;
}

/** Something that a promise rules out, with the fewest operations that show it. */
export interface Violation {
  readonly anomaly: string;
  /** One sentence that names the operations and says what is wrong with them. */
  readonly sentence: string;
  readonly operations: readonly Operation[];
}

/** When the effect of an operation is there at the latest: one that nobody knows of, perhaps never. */
export function settled({ outcome, completed }: Operation): number {
  return outcome === "unknown" ? Number.POSITIVE_INFINITY : completed;
}

/** An operation in words, such as `c1 wrote 5 to x`. */
export function inWords({ client, kind, key, value, from }: Operation): string {
  const words: Record<Kind, string> = {
    read: `read ${value} from ${key}`,
    write: `wrote ${value} to ${key}`,
    update: `changed ${key} from ${from} to ${value}`,
    send: `sent ${value} to ${key}`,
    receive: `received ${value} from ${key}`,
    effect: `carried out ${key}`,
  };
  return `${client} ${words[kind]}`;
}

/** The operations key by key. */
export function eachKey(operations: readonly Operation[]): Operation[][] {
  return [...Map.groupBy(operations, ({ key }) => key).values()];
}

/** The operations of these kinds. */
export function ofKind(operations: readonly Operation[], ...kinds: Kind[]): Operation[] {
  return operations.filter(({ kind }) => kinds.includes(kind));
}

/** The operations that surely took place. */
export function certain(operations: readonly Operation[]): Operation[] {
  return operations.filter(({ outcome }) => outcome === "ok");
}
