// Requests as no browser would send them: every header and every byte of the path is the test's.

import { type IncomingHttpHeaders, request } from "node:http";

export interface Sent {
  readonly method?: string;
  /** As it goes over the wire; nothing is normalized. */
  readonly path: string;
  /** Host is the studio's own, where none is given; null sends none. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** No answer of the studio takes so long, whatever the load. */
const PATIENCE_MS = 20_000;

/** Sends a request to a studio, and reads at most what comes within a second. */
export function ask(
  origin: string,
  { method = "GET", path, headers, body }: Sent,
): Promise<Answered> {
  const { hostname, port, host } = new URL(origin);
  const sent = Object.entries({ host, ...headers }).filter(([, value]) => value !== null);
  const options = {
    ...{ hostname, port, method, path, agent: false, setHost: false },
    headers: Object.fromEntries(sent) as Record<string, string>,
  };
  return new Promise((resolve, reject) => {
    const sending = request({ ...options, signal: AbortSignal.timeout(PATIENCE_MS) }, (answer) => {
      let text = "";
      const done = () => {
        answer.destroy();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      };
      const patience = setTimeout(done, 1_000); // a stream of events has no end
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => {
        clearTimeout(patience);
        done();
      });
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
