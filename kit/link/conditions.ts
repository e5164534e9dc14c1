import type { Parcel } from "./flow.ts";

/** From the client to the server, or back. */
export type Direction = "requests" | "replies";

/** Extra time on the way, one way; `jitterMs` spreads it evenly over ms - jitterMs to ms + jitterMs. */
export interface Delay {
  ms: number;
  jitterMs?: number;
}

/** A throttled line sends pieces of this length, so that bytes trickle instead of coming in lumps. */
const PIECE_MS = 10;

/** What one direction of a link does to all that travels on it. */
export class Conditions {
  delay: Required<Delay> = { ms: 0, jitterMs: 0 };
  bytesPerSecond = Number.POSITIVE_INFINITY;
  closeMs = 0;
  cut = false;
  #freeAt = 0;

  /** True when bytes may go straight through. */
  get clear(): boolean {
    return !this.cut && this.delay.ms === 0 && this.bytesPerSecond === Number.POSITIVE_INFINITY;
  }

  heal(): void {
    this.delay = { ms: 0, jitterMs: 0 };
    this.bytesPerSecond = Number.POSITIVE_INFINITY;
    this.closeMs = 0;
    this.cut = false;
    this.#freeAt = 0;
  }

  /**
   * Milliseconds until the parcel may arrive. It is worked out anew at each look, so that a changed
   * delay also holds for what is under way.
   */
  wait(parcel: Parcel, now: number): number {
    const closing = parcel.kind === "end" || parcel.kind === "reset" ? this.closeMs : 0;
    const spread = parcel.jitter * this.delay.jitterMs;
    const onTheWay = Math.max(0, this.delay.ms + spread) + closing;
    return Math.max(parcel.leftAt + onTheWay, this.#freeAt) - now;
  }

  /** How many bytes may go in one piece. */
  get piece(): number {
    return Math.max(1, Math.floor((this.bytesPerSecond * PIECE_MS) / 1000));
  }

  /** Keeps the line busy for as long as so many bytes take; all connections of a link share it. */
  occupy(bytes: number, now: number): void {
    if (this.bytesPerSecond === Number.POSITIVE_INFINITY) return;
    // A timer that fires late must not cost bandwidth: up to one piece may be caught up.
    const from = Math.max(this.#freeAt, now - PIECE_MS);
    this.#freeAt = from + (bytes / this.bytesPerSecond) * 1000;
  }
}
