// A run as server-sent events: in batches, one for each frame of a screen at most. The id of a batch
// is the number of events so far, so that a page that was cut off goes on where it was.

import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Runs, StudioRun } from "./runs.ts";

const FRAME_MS = 16;
/** Something is sent at least so often, else a connection that broke is noticed by neither side. */
const ALIVE_MS = 15_000;

/** Answers with the events of a run from where the reader was, until its end. */
export function streamOf(context: Context, one: StudioRun, runs: Runs): Response {
  let sent = Number(context.req.header("last-event-id") ?? 0) || 0;
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    using _ = one.watch();
    await stream.writeSSE({ event: "ahead", data: String(runs.ahead(one)) });
    while (!gone.signal.aborted) {
      const batch = one.events.slice(sent);
      sent = one.events.length;
      if (batch.length > 0) {
        await stream.writeSSE({ id: String(sent), data: JSON.stringify(batch) });
        await stream.sleep(FRAME_MS);
      }
      if (one.end && sent === one.events.length) return;
      const late = AbortSignal.any([gone.signal, AbortSignal.timeout(ALIVE_MS)]);
      await one.beyond(sent, late);
      if (one.events.length === sent && !gone.signal.aborted) {
        await stream.writeSSE({ event: "ahead", data: String(runs.ahead(one)) });
      }
    }
  });
}
