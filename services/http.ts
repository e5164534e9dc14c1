// One plain HTTP request on a connection of its own. Servers are asked with it whether they are
// ready, many times in a second, so it loads no client and keeps no connection.

import { type IncomingMessage, request } from "node:http";
import type { Address } from "#kit";

/** What to ask for, other than GET /. */
export interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  /** Milliseconds until the server counts as not ready; 1,000 by default. */
  readonly withinMs?: number;
}

/** Asks a server and resolves with the body of its answer. Rejects unless the status is 2xx. */
export function ask({ host, port }: Address, asked: Asked = {}): Promise<string> {
  const { path = "/", method = "GET", body, withinMs = 1_000 } = asked;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(withinMs);
    const asking = request({ host, port, path, method, signal, agent: false }, (answer) => {
      readAll(answer).then((text) => {
        const { statusCode = 0 } = answer;
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path} answered ${statusCode}: ${text.trim()}`));
      }, reject);
    });
    asking.once("error", reject);
    asking.end(body);
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
