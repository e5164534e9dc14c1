import { setImmediate, setTimeout } from "node:timers/promises";

/** What a rate limiter, a breaker or a backoff knows of time, so that a test can turn it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; it never goes back. */
  now(): number;
  /** Resolves `ms` milliseconds from now. */
  sleep(ms: number): Promise<void>;
}

/** The time of this machine, untouched when its date is set. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => setTimeout(ms),
};

/** A clock that starts at 0 and stands still until it is advanced. */
export class VirtualClock implements Clock {
  #now = 0;
  #sleepers: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  /** Resolves when the clock has been advanced that far: a sleep of 0 too waits for `advance`. */
  sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers.push({ until: this.#now + Math.max(0, ms), wake: resolve });
    return promise;
  }

  /**
   * Lets `ms` milliseconds pass. Sleepers wake in the order of their time, those of the same time
   * in the order in which they lay down. Each finds the clock at its own time, and what it does
   * until it waits again is done before the next one wakes.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await setImmediate(); // whoever was just started gets to its first sleep
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#now = next.until;
      next.wake();
      await setImmediate(); // every promise that hangs on this sleeper settles first
    }
    this.#now = end;
  }

  #next(end: number) {
    const earliest = Math.min(...this.#sleepers.map(({ until }) => until));
    return earliest <= end ? this.#sleepers.find(({ until }) => until === earliest) : undefined;
  }
}
