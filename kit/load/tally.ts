import { build } from "hdr-histogram-js";
import type { Latency, Loaded, Request } from "./plan.ts";

const LONGEST_MS = 3_600_000;
const LATE_MS = 1;
const SLICES = 50;
const MOST_ERRORS = 10;

/** The first bucket ends here, and each of the others at the square root of 2 times the last. */
const FIRST_BUCKET_MS = 0.01;

/** Sends the requests of one run, counts how they end and records how long they took. */
export class Tally {
  readonly #begin: number;
  readonly #sliceMs: number;
  /** When each request under way was due, in milliseconds of performance.now. */
  readonly #underWay = new Set<{ readonly due: number }>();
  // In microseconds, up to an hour of them, with three significant digits.
  readonly #latencies = build({
    highestTrackableValue: 1000 * LONGEST_MS,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
  });
  readonly #buckets: number[] = [];
  readonly #slices = Array.from({ length: SLICES }, () => ({ n: 0, total: 0, max: 0 }));
  readonly #counts = { due: 0, answered: 0, failed: 0, unanswered: 0, dropped: 0, late: 0 };
  readonly #errors: Record<string, number> = {};

  /** For a run whose first request is due at `begin` and whose last one `seconds` after it. */
  constructor(begin: number, seconds: number) {
    this.#begin = begin;
    this.#sliceMs = (1000 * seconds) / SLICES;
  }

  get inFlight(): number {
    return this.#underWay.size;
  }

  /** Sends a request now; its latency counts from the moment at which it was due. */
  async send(request: Request, due: number): Promise<void> {
    this.#counts.due += 1;
    if (performance.now() - due > LATE_MS) this.#counts.late += 1;
    const sent = { due };
    this.#underWay.add(sent);
    try {
      await request();
      this.#counts.answered += 1;
      this.#record(due);
    } catch (error) {
      this.#counts.failed += 1;
      this.#note(error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay.delete(sent);
    }
  }

  /** Counts a request that was due and is not sent. */
  drop(): void {
    this.#counts.due += 1;
    this.#counts.dropped += 1;
  }

  /** Ends the run. Leaving out the unanswered would leave out the very slowest. */
  end(): Loaded {
    for (const { due } of this.#underWay) {
      this.#counts.unanswered += 1;
      this.#record(due);
    }
    return {
      ...this.#counts,
      errors: this.#errors,
      latency: this.#latency(),
      buckets: this.#buckets.flatMap((n = 0, index) => {
        return n > 0 ? [{ belowMs: rounded(FIRST_BUCKET_MS * 2 ** (index / 2)), n }] : [];
      }),
      series: this.#slices.map(({ n, total, max }, slice) => ({
        atSeconds: rounded((slice * this.#sliceMs) / 1000),
        n,
        mean: n > 0 ? rounded(total / n) : 0,
        max: rounded(max),
      })),
    };
  }

  #record(due: number): void {
    const ms = Math.min(performance.now() - due, LONGEST_MS);
    this.#latencies.recordValue(Math.round(1000 * ms));
    const bucket = Math.max(0, Math.floor(2 * Math.log2(ms / FIRST_BUCKET_MS)) + 1);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    const slice = this.#slices[Math.floor((due - this.#begin) / this.#sliceMs)];
    if (!slice) return; // a closed loop may start its last one as the time is up
    slice.n += 1;
    slice.total += ms;
    slice.max = Math.max(slice.max, ms);
  }

  #note(message: string): void {
    const known = Object.keys(this.#errors);
    if (!known.includes(message) && known.length === MOST_ERRORS) return;
    this.#errors[message] = (this.#errors[message] ?? 0) + 1;
  }

  #latency(): Latency {
    const at = (percent: number) => this.#latencies.getValueAtPercentile(percent) / 1000;
    const mean = rounded(this.#latencies.mean / 1000);
    const max = this.#latencies.maxValue / 1000;
    return { mean, p50: at(50), p75: at(75), p90: at(90), p99: at(99), p999: at(99.9), max };
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
