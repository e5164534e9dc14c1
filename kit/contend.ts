// Many clients at once. A race that is left to luck proves nothing, so everybody starts from a
// barrier, and a lab that needs a certain interleaving puts a barrier where it matters.

/** Runs a job again and again, one after the other, and returns the results in order. */
export async function repeat<Result>(
  times: number,
  job: (turn: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let turn = 0; turn < times; turn++) results.push(await job(turn));
  return results;
}

/**
 * Opens one connection for each of `clients`, lets all start at the same moment, and closes them.
 * Returns each client's result, by client. Throws the first error, after all have ended.
 */
export async function contend<Client extends AsyncDisposable, Result>(
  clients: number,
  connect: () => Promise<Client>,
  job: (client: Client, index: number) => Promise<Result>,
): Promise<Result[]> {
  await using stack = new AsyncDisposableStack();
  const opened = await Promise.all(Array.from({ length: clients }, () => connect()));
  for (const client of opened) stack.use(client);
  const ended = await Promise.allSettled(opened.map(job));
  const failed = ended.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return ended.map((one) => (one as PromiseFulfilledResult<Result>).value);
}

/** A place where each of `parties` waits until all have arrived. */
export interface Barrier {
  /** Resolves when the last one has come. Arriving after that passes at once. */
  arrive(): Promise<void>;
}

/** A barrier for a known number of parties; once it has opened it stays open. */
export function barrier(parties: number): Barrier {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    arrive() {
      waiting += 1;
      if (waiting >= parties) resolve();
      return promise;
    },
  };
}
