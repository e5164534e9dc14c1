import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait for a condition, and how often to look. */
export interface Patience {
  /** Milliseconds until it gives up; 5,000 by default. */
  readonly withinMs?: number;
  /** Milliseconds between two looks; 2 by default. */
  readonly everyMs?: number;
}

/**
 * Waits until a condition holds and returns the first value that is neither false nor undefined.
 * Throws when time is up, naming what it waited for and the last error, if there was one.
 */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  { withinMs = 5_000, everyMs = 2 }: Patience = {},
): Promise<NonNullable<Exclude<Awaited<Value>, false>>> {
  const end = performance.now() + withinMs;
  let cause: unknown;
  do {
    try {
      const value = await look();
      if (value !== false && value !== undefined && value !== null) return value as never;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (performance.now() < end);
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  throw new Error(`waited ${withinMs} ms for ${what}${reason}`, { cause });
}
