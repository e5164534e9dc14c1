import type { Direction } from "./conditions.ts";

/** What has crossed a link so far. */
export interface Counts {
  /** Connections that clients have opened. */
  connections: number;
  /** Bytes that reached the other side. */
  requestBytes: number;
  replyBytes: number;
  /**
   * How often a client had to wait: a round trip begins with a request that follows a reply, or that
   * is a connection's first. A hundred commands in one pipeline are one round trip.
   */
  roundTrips: number;
  /** Messages each way that were understood, without connection set-up; only where the link traces. */
  requests?: number;
  replies?: number;
}

export const NO_COUNTS: Counts = {
  connections: 0,
  requestBytes: 0,
  replyBytes: 0,
  roundTrips: 0,
};

/** What crosses a link while a job runs, and what the job returns. */
export async function countsOf<Result>(
  wire: { counts(): Counts },
  job: () => Promise<Result>,
): Promise<Counts & { result: Result }> {
  const before = wire.counts();
  const result = await job();
  const counts = wire.counts();
  for (const name of Object.keys(counts) as (keyof Counts)[]) {
    counts[name] = (counts[name] ?? 0) - (before[name] ?? 0);
  }
  return { ...counts, result };
}

/** Follows one connection and adds what it does to the counts of its link. */
export class Meter {
  readonly #counts: Counts;
  #latest: Direction = "replies";

  constructor(counts: Counts) {
    this.#counts = counts;
    counts.connections += 1;
  }

  arrived(direction: Direction): void {
    if (direction === "requests" && this.#latest === "replies") this.#counts.roundTrips += 1;
    this.#latest = direction;
  }

  delivered(direction: Direction, bytes: number): void {
    if (direction === "requests") this.#counts.requestBytes += bytes;
    else this.#counts.replyBytes += bytes;
  }
}
