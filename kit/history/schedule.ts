// Many clients in one thread, under a schedule drawn from a seed. A client is a generator, and
// every yield is a moment at which the others may run.

import type { Random } from "../random.ts";
import type { Operation } from "./operation.ts";
import { History, type Learned, type Pending } from "./recorder.ts";

/** A client; it is over when it returns. */
export type Client = Generator<void, void>;

/** Runs clients step by step, one drawn at random at a time; each step takes a millisecond. */
export class Schedule {
  readonly history: History;
  readonly #random: Random;
  readonly #clients: Client[] = [];
  #time = 0;

  constructor(random: Random) {
    this.#random = random;
    this.history = new History({ now: () => this.#time });
  }

  start(client: Client): void {
    this.#clients.push(client);
  }

  /** Goes on until all clients, and those that they started, have ended. */
  run(): readonly Operation[] {
    while (this.#clients.length > 0) {
      this.#time += 1;
      const turn = this.#random.integer(0, this.#clients.length - 1);
      if (this.#clients[turn]!.next().done) this.#clients.splice(turn, 1);
    }
    return this.history.operations;
  }

  /** One call: it takes effect, unless that is refused, between invocation and completion. */
  *call(pending: Pending, effect: () => Learned | "refused"): Client {
    yield;
    if (this.#random.chance(0.1)) {
      // The answer is lost. The effect may still come, later than the client has waited.
      if (this.#random.chance(0.5)) this.start(late(this.#random.integer(0, 9), effect));
      return pending.unknown();
    }
    const learned = effect();
    yield;
    if (learned === "refused") pending.failed();
    else pending.ok(learned);
  }
}

function* late(steps: number, effect: () => unknown): Client {
  for (let step = 0; step < steps; step++) yield;
  effect();
}
