import { size } from "./decode/message.ts";

/** What passes before a limit stops the rest of a direction, counted per connection from now on. */
export type Allowance =
  | { requests: number }
  | { replies: number }
  | { requestBytes: number }
  | { replyBytes: number };

/** An allowance taken apart. */
export interface Terms {
  direction: "requests" | "replies";
  unit: "messages" | "bytes";
  count: number;
}

/** Throws a RangeError unless the allowance names one whole number that is not negative. */
export function termsOf(allowance: Allowance): Terms {
  const [name = "", count = Number.NaN] = Object.entries(allowance)[0] ?? [];
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`after({ ${name}: ${count} }) needs a whole number from 0 up`);
  }
  const direction = name.startsWith("request") ? "requests" : "replies";
  return { direction, unit: name.endsWith("Bytes") ? "bytes" : "messages", count };
}

/** "1 request", "20 bytes of replies". */
export function describeTerms({ direction, unit, count }: Terms): string {
  if (unit === "bytes") return `${size(count)} of ${direction}`;
  const one = direction === "requests" ? "request" : "reply";
  return `${count} ${count === 1 ? one : direction}`;
}

/** The place in one connection's stream where a flow stops. */
export class Limit {
  /** Bytes from the start of the stream; infinite until the last allowed message is seen to end. */
  offset: number;
  #messages: number;
  #reached: (() => void) | undefined;

  /** `passed` is how many bytes have gone through already; `reached` is called once, when more waits. */
  constructor(terms: Terms, passed: number, reached: () => void) {
    this.#messages = terms.unit === "messages" ? terms.count : 0;
    this.offset = passed + (terms.unit === "bytes" ? terms.count : 0);
    if (this.#messages > 0) this.offset = Number.POSITIVE_INFINITY;
    this.#reached = reached;
  }

  /** A message that ends at this offset has come to the link. */
  messageEnds(offset: number): void {
    if (this.#messages === 0) return;
    this.#messages -= 1;
    if (this.#messages === 0) this.offset = offset;
  }

  /** Something waits behind the limit. */
  reached(): void {
    const tell = this.#reached;
    this.#reached = undefined;
    tell?.();
  }
}
