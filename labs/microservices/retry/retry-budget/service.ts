// A service with one worker, on the lab's own clock: it does all that it was asked for, in order, and
// cannot know who still waits for the answer.

import type { Clock } from "#kit";

export class Service {
  readonly #clock: Clock;
  readonly #workMs: number;
  /** When the worker will have done all that waits. */
  #doneAt = 0;
  /** How many calls it has been sent. */
  calls = 0;
  /** How many of them it answered after the caller had gone. */
  forNobody = 0;

  constructor(clock: Clock, workMs: number) {
    this.#clock = clock;
    this.#workMs = workMs;
  }

  /** Does nothing for so long. */
  pause(ms: number): void {
    this.#doneAt = Math.max(this.#doneAt, this.#clock.now()) + ms;
  }

  /** Milliseconds of work that wait. */
  get backlogMs(): number {
    return Math.max(0, this.#doneAt - this.#clock.now());
  }

  /** Sends a call and says whether its answer came in time. One that is lost is never answered. */
  async call(timeoutMs: number, isLost: boolean): Promise<boolean> {
    this.calls += 1;
    const late = this.#clock.sleep(timeoutMs).then(() => false);
    if (isLost) return late;
    this.#doneAt = Math.max(this.#doneAt, this.#clock.now()) + this.#workMs;
    const answered = this.#clock.sleep(this.backlogMs).then(() => true);
    const inTime = await Promise.race([answered, late]);
    if (!inTime) this.forNobody += 1;
    return inTime;
  }
}
