// The runs of the studio: one after the other, so that they do not disturb each other's numbers, on
// servers that they share.

import type { EndEvent, Event } from "../contracts/events.ts";
import type { House } from "../runner/house.ts";
import { Queue } from "../runner/queue.ts";
import { type Request, run } from "../runner/run.ts";
import type { Injected } from "../runner/stage.ts";
import type { Guess } from "./requests.ts";

/** How long a run goes on that nobody looks at: long enough for a page to be loaded again. */
const UNWATCHED_MS = 10_000;
/** How many ended runs can still be looked at. */
const KEPT = 20;

/** What to run; the file is made ready when its turn comes, and cleared away after it. */
export interface Order {
  readonly lab: string;
  readonly guess?: Guess;
  /** The line that is left out, as an index into the lab's lines that matter. */
  readonly without?: number;
  readonly traced?: boolean;
  readonly request: Omit<Request, "signal" | "faults">;
  /** Makes a changed copy of the lab, which ends with the run. */
  copy?(): { readonly file: string } & Disposable;
  /** Told when the run is over; throws when it cannot note that. */
  ended(end: EndEvent): void;
}

/** One run: everything that it has said so far, for whoever comes late. */
export class StudioRun {
  readonly id: string;
  readonly order: Order;
  readonly events: Event[] = [];
  readonly faults = new Queue<Injected>();
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #watchers = 0;
  #unwatched: NodeJS.Timeout | undefined;

  constructor(id: string, order: Order) {
    this.id = id;
    this.order = order;
    this.#leave();
  }

  get end(): EndEvent | undefined {
    const last = this.events.at(-1);
    return last?.kind === "end" ? last : undefined;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Watches the run; disposing of what it gets looks away. */
  watch(): Disposable {
    this.#watchers += 1;
    clearTimeout(this.#unwatched);
    return { [Symbol.dispose]: () => this.#leave(--this.#watchers) };
  }

  /** Resolves when there are more than `count` events, or the signal comes. */
  async beyond(count: number, signal: AbortSignal): Promise<void> {
    if (this.events.length > count || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#waiting.delete(resolve);
  }

  /** Runs to the end. */
  async perform(house: House): Promise<void> {
    if (this.#stop.signal.aborted) this.#finish({ ...NOTHING, outcome: "stopped" });
    else await this.#run(house).catch((error) => this.#finish(failed(error)));
    clearTimeout(this.#unwatched);
    this.faults.close();
  }

  async #run(house: House): Promise<void> {
    using copy = this.order.copy?.();
    const { request } = this.order;
    const { signal } = this.#stop;
    const file = copy?.file ?? request.file;
    const events = run({ ...request, file, signal, faults: this.faults }, house);
    for await (const event of events) {
      if (event.kind === "end") this.#finish(event);
      else this.#say(event);
    }
  }

  /** The result is noted before anybody hears of the end, who may ask for it at once. */
  #finish(end: EndEvent): void {
    try {
      this.order.ended(end);
      this.#say(end);
    } catch (error) {
      this.#say({ ...end, error: `This run was not noted: ${wordsOf(error)}` });
    }
  }

  #say(event: Event): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
  }

  #leave(left = 0): void {
    if (left > 0 || this.end) return;
    this.#unwatched = setTimeout(() => this.stop(), UNWATCHED_MS);
    this.#unwatched.unref();
  }
}

/** All runs, in the order in which they were asked for. */
export class Runs implements AsyncDisposable {
  readonly #house: House;
  readonly #all: StudioRun[] = [];
  #count = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(house: House) {
    this.#house = house;
  }

  start(order: Order): StudioRun {
    this.#count += 1;
    const one = new StudioRun(`r${this.#count}`, order);
    this.#all.push(one);
    this.#last = this.#last.then(() => one.perform(this.#house));
    const ended = this.#all.filter(({ end }) => end);
    for (const old of ended.slice(0, -KEPT)) this.#all.splice(this.#all.indexOf(old), 1);
    return one;
  }

  get(id: string): StudioRun | undefined {
    return this.#all.find((one) => one.id === id);
  }

  /** The newest run of a lab. */
  latest(lab: string): StudioRun | undefined {
    return this.#all.findLast(({ order }) => order.lab === lab);
  }

  /** How many are before it. */
  ahead(one: StudioRun): number {
    const before = this.#all.slice(0, this.#all.indexOf(one));
    return before.filter(({ end }) => !end).length;
  }

  /** How many wait or run. */
  get open(): number {
    return this.#all.filter(({ end }) => !end).length;
  }

  /** Stops all of them, and resolves when everything that they started has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#all) one.stop();
    await this.#last;
  }
}

const NOTHING: Omit<EndEvent, "outcome"> = {
  ...{ kind: "end", at: 0, peakMegabytes: 0 },
  ...{ verdicts: {}, measures: {}, ratios: [], differences: [] },
};

/** A request that does not fit the lab is the one thing that a run throws. */
function failed(error: unknown): EndEvent {
  return { ...NOTHING, outcome: "failed", error: wordsOf(error) };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
