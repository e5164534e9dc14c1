// What a server says to a bare socket. Servers are asked with it whether they are ready, many times
// in a second, where loading a client would take longer than the server's start.

import { once } from "node:events";
import { connect } from "node:net";
import type { Address } from "#kit";

/** How long an answer may take before the server counts as not ready, in milliseconds. */
const PATIENCE_MS = 1_000;

/** When an answer is complete, by default with its first bytes, and how long it may take. */
export interface Expected {
  readonly isComplete?: (answer: Buffer) => boolean;
  /** Milliseconds until the server counts as not ready; 1,000 by default. */
  readonly withinMs?: number;
}

/**
 * Says something to a server and resolves with its answer once that is complete. Rejects when the
 * server closes or falls silent before.
 */
export async function exchange(
  { host, port }: Address,
  words: string | Uint8Array,
  { isComplete = ({ length }) => length > 0, withinMs = PATIENCE_MS }: Expected = {},
): Promise<Buffer> {
  const signal = AbortSignal.timeout(withinMs);
  const socket = connect({ host, port, signal });
  try {
    socket.write(words);
    let answer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk]);
      if (isComplete(answer)) return answer;
    }
    throw new Error(`${host}:${port} closed after saying ${JSON.stringify(answer.toString())}`);
  } finally {
    socket.destroy();
  }
}

/** Resolves when a server accepts a connection; for servers that must not be asked anything. */
export async function accepts({ host, port }: Address): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(PATIENCE_MS) });
  } finally {
    socket.destroy();
  }
}
