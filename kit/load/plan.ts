// What a load generator is told, and what it tells.

/** Sends one request and resolves when its answer has come; rejects when the request failed. */
export type Request = () => Promise<unknown>;

/**
 * What to load with: opens what a request needs, with the lab's data, and returns the request, with
 * an end (`closing` of the kit gives it one) where there is something to close. It runs in another
 * thread, which imports its module anew: it is exported under its own name, everything it knows of
 * the trial is in the data, and the data is plain.
 */
export type Job<Data> = (
  data: Data,
) => Promise<Request | (Request & AsyncDisposable)> | Request | (Request & AsyncDisposable);

interface Common<Data> {
  /** For how long requests are started, in seconds. */
  readonly seconds: number;
  /** Plain data for the job. */
  readonly data: Data;
  /** How long, after the last start, answers are waited for, in seconds; 5 by default. */
  readonly settleSeconds?: number;
  /** What the lab does meanwhile, in its own thread: begins when the first request is due. */
  during?(): Promise<void>;
}

/** Requests that come when they come, however long the others take. */
export interface OpenPlan<Data> extends Common<Data> {
  readonly perSecond: number;
  /** Evenly apart, or at random as from many independent users; constant by default. */
  readonly arrivals?: "constant" | "poisson";
  /** The seed of random arrivals; 1 by default. */
  readonly seed?: number;
  /** Starts beyond so many unanswered requests are dropped, and counted; 10,000 by default. */
  readonly mostInFlight?: number;
}

/** Clients that each wait for an answer before they ask again. */
export interface ClosedPlan<Data> extends Common<Data> {
  readonly clients: number;
}

/** A time in milliseconds, over all answered and unanswered requests. */
export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What a load generator saw: plain data, a few kilobytes at most. */
export interface Loaded {
  /** Every request that was due. */
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  /** Unanswered to the end; they count among the latencies with as long as they had waited. */
  readonly unanswered: number;
  /** Never started, because too many were unanswered. Then the latencies are too good. */
  readonly dropped: number;
  /** Started more than 1 ms after they were due, for the generator itself was too slow. */
  readonly late: number;
  /** How often requests failed with which message; of the messages the first ten. */
  readonly errors: Readonly<Record<string, number>>;
  /** From when a request was due (open loop) or started (closed loop) until its answer. */
  readonly latency: Latency;
  /** How many latencies were below so many milliseconds and not below the bucket before. */
  readonly buckets: readonly { readonly belowMs: number; readonly n: number }[];
  /** The run in equal slices: the requests due from `atSeconds` on, and their latencies in ms. */
  readonly series: readonly {
    readonly atSeconds: number;
    readonly n: number;
    readonly mean: number;
    readonly max: number;
  }[];
}
