// A service writes its log into a pipe, and at the other end a collector reads. Then the collector
// stops reading, as it does when its own disk or network is slow. The pipe holds 64 KB, and after
// that something must give: the service waits, or it keeps the lines in its memory, or it throws
// lines away. Which one it is, a logger decides in its options, and seldom on purpose.

import { lab } from "#kit";
import { processes } from "#services/processes";

/** Options of a destination of pino, by the reader's knobs. */
type Destination = (knobs: { maxLength: number }) => Record<string, boolean | number>;

const blocking: Destination = () => ({ sync: true });

const buffering: Destination = () => ({ sync: false }); // what pino does unless told otherwise

const bounded: Destination = ({ maxLength }) => ({
  sync: false,
  maxLength, // matters: At most 1 MB of lines waits in the process
});

/** Milliseconds after which a client gives up. Who does not answer here never does. */
const PATIENCE_MS = 3_000;

/** Sends requests from ten clients; who gets no answer goes away. Returns how many were answered. */
async function answered(url: string, requests: number): Promise<number> {
  let [sent, count] = [0, 0];
  const client = async () => {
    while (sent < requests) {
      sent += 1;
      await (await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })).arrayBuffer();
      count += 1;
    }
  };
  await Promise.allSettled(Array.from({ length: 10 }, client));
  return count;
}

export default lab({
  title: "When the log collector stands still",
  question:
    "Standard output is a pipe and the reader has stopped: does the service stop too, run out of memory, or lose lines?",
  services: {
    collector: processes.with({ module: import.meta.resolve("./collector.ts") }),
    service: processes.with({ module: import.meta.resolve("./service.ts") }),
  },
  knobs: { requests: 500, lineBytes: 4_096, maxLength: 1_000_000 },
  arms: { blocking, buffering, bounded },

  async trial(destination, { collector, service, knobs }) {
    await collector.start();
    const [collecting, serving] = [collector.urls[0] as string, service.urls[0] as string];
    await service.start({
      PIPE: await (await fetch(`${collecting}/pipe`)).text(),
      DESTINATION: JSON.stringify(destination(knobs)),
      LINE_BYTES: knobs.lineBytes,
    });

    await collector.pause();
    const duringPause = await answered(serving, knobs.requests);
    await collector.resume();
    const seen = await (await fetch(serving, { method: "POST" })).json();
    const arrived = Number(await (await fetch(`${collecting}/lines`)).text());
    return {
      duringPause,
      unanswered: knobs.requests - duringPause,
      lost: seen.lines - arrived,
      dropped: seen.dropped as number,
      peakBytes: seen.peakBytes as number,
    };
  },

  claims: {
    "Requests are answered while the collector stands still": {
      holds: (found) => found.unanswered === 0,
      brokenBy: ["blocking"],
    },
    "Every line arrives when the collector goes on": {
      holds: (found) => found.lost === 0,
      brokenBy: ["bounded"],
    },
    "At most 1 MB of lines waits in the process": {
      holds: (found) => found.peakBytes <= 1_000_000,
      brokenBy: ["buffering"],
    },
  },

  measures: {
    "requests answered during the pause": (found) => found.duringPause,
    "lines lost": (found) => found.lost,
    "lines that the service knows it dropped": (found) => found.dropped,
    "bytes waiting at the peak": { unit: "bytes", of: (found) => found.peakBytes },
  },
});
