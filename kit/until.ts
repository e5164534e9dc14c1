import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait for a condition, and how often to look. */
export interface Patience {
  /** Milliseconds until it gives up; 5,000 by default. */
  readonly withinMs?: number;
  /** Milliseconds between two looks; 2 by default. */
  readonly everyMs?: number;
}

/** What there is when a condition holds. */
type Found<Value> = NonNullable<Exclude<Awaited<Value>, false>>;

/** A wait under way: whether its time is up, and what the last look that ended has thrown. */
interface Wait {
  isOver: boolean;
  cause: unknown;
}

/**
 * Waits until a condition holds and returns the first value that is neither false nor undefined.
 * Throws when time is up, even if a look hangs, naming what it waited for and the last error, if
 * there was one.
 */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  { withinMs = 5_000, everyMs = 2 }: Patience = {},
): Promise<Found<Value>> {
  const wait: Wait = { isOver: false, cause: undefined };
  const alarm = new AbortController();
  try {
    const timeIsUp = sleep(withinMs, undefined, { signal: alarm.signal });
    const found = await Promise.race([lookAgain(look, everyMs, wait), timeIsUp]);
    if (found !== undefined) return found;
  } finally {
    wait.isOver = true;
    alarm.abort();
  }
  const { cause } = wait;
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  throw new Error(`waited ${withinMs} ms for ${what}${reason}`, { cause });
}

/** Looks until there is something to see, or the wait is over. */
async function lookAgain<Value>(
  look: () => Value | Promise<Value>,
  everyMs: number,
  wait: Wait,
): Promise<Found<Value> | undefined> {
  while (!wait.isOver) {
    try {
      const value = await look();
      if (value !== false && value !== undefined && value !== null) return value as Found<Value>;
      wait.cause = undefined;
    } catch (error) {
      wait.cause = error;
    }
    await sleep(everyMs);
  }
  return undefined;
}
