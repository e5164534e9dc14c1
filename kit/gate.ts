/** A place in an arm where a lab can stop it, to provoke an interleaving instead of hoping for one. */
export interface Gate {
  /** Waits until the gate is open. An arm calls this at the moment that matters. */
  pass(): Promise<void>;
  /** How many wait there now. */
  readonly waiting: number;
  /** Lets all pass, those to come as well. */
  open(): void;
}

/** A closed gate. */
export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    async pass() {
      waiting += 1;
      await promise;
      waiting -= 1;
    },
    get waiting() {
      return waiting;
    },
    open: resolve,
  };
}
