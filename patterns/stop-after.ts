// A client may lose the processor, its connection or its life between any two of its requests. A
// lab that stops a job after none of them, after one, after two and so on has tried every such
// moment.

import { type Link, until } from "#kit";

/** A job that was started. */
export interface Started<Result> {
  /** True when it waits at the link, with all that it has sent before answered. */
  readonly stopped: boolean;
  /** Settles as the job does; when that fails, nobody has to listen. */
  readonly result: Promise<Result>;
}

/**
 * Starts a job and holds back what it sends after so many requests, counted from now on the one
 * connection that it uses, which was opened through the link before. The link has to trace, or it
 * cannot count. A job that ends without coming so far is not stopped. `wire.release()` lets a
 * stopped one go on, `wire.reset()` ends it there.
 */
export async function stopAfter<Result>(
  wire: Link,
  requests: number,
  job: () => Promise<Result>,
): Promise<Started<Result>> {
  const answered = () => wire.counts().replies ?? 0;
  const before = answered();
  wire.after({ requests }).hold();
  const result = job();
  const ended = result.then(
    () => false,
    () => false,
  );
  const stopped = await Promise.race([wire.held().then(() => true), ended]);
  if (stopped) await until("the replies", () => answered() - before === requests);
  else wire.release();
  return { stopped, result };
}

/**
 * Stops a job before each of its requests in turn: yields it stopped after none of them, after one
 * and so on, each time started afresh, and lets it go when the loop comes back for the next. The
 * last time nothing stops it: it has ended when the loop has. `start` brings everything about, opens
 * the job's connection through the link, and returns the job.
 */
export async function* stopBeforeEach<Result>(
  wire: Link,
  start: () => Promise<() => Promise<Result>>,
): AsyncGenerator<Started<Result>> {
  for (let requests = 0; ; requests++) {
    const started = await stopAfter(wire, requests, await start());
    if (!started.stopped) return;
    yield started;
    wire.release();
  }
}
