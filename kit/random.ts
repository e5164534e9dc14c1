/**
 * A seeded source of chance: the same seed gives the same numbers on every machine, so that a run
 * can be repeated. The generator is sfc32, the Small Fast Counting generator of Chris Doty-Humphrey
 * (PractRand, src/RNGs/sfc.cpp, public domain), seeded as PractRand seeds it. Not for secrets.
 */
export class Random {
  // Without them a small seed would still show in the first numbers; PractRand skips as many.
  static readonly #WARM_UP = 12;

  #a = 0;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` is an integer from 0 up to Number.MAX_SAFE_INTEGER; anything else is a RangeError. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`a seed is an integer from 0 up, not ${seed}`);
    }
    this.#b = seed | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    for (let skipped = 0; skipped < Random.#WARM_UP; skipped++) this.#word();
  }

  #word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + word) | 0;
    return word >>> 0;
  }

  /** A number from 0 up to, not including, 1: a multiple of 2^-32. */
  next(): number {
    return this.#word() / 2 ** 32;
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with the given probability, a number from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, each as likely as any other. An empty list is a RangeError. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("there is nothing to pick from an empty list");
    return items[this.integer(0, items.length - 1)] as Item;
  }

  /** A new list with the same items, every order equally likely (Fisher and Yates; Durstenfeld). */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
    }
    return shuffled;
  }

  /** The wait until the next event of a Poisson process whose events are `mean` apart on average. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }
}
