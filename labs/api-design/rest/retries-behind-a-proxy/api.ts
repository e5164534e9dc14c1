// A server of the API. One that dies lets each order be committed and then resets the connection, as
// a machine does that is gone at this moment.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import type { Pool } from "pg";
import { listening } from "#patterns/listening";

/** How a client asks for an order to be created, and how the server stores it. */
export interface Creation {
  readonly method: "POST" | "PUT";
  /** Where to send it. */
  path(): string;
  /** Stores an order that was sent to this path, and returns its id. */
  store(db: Pool, path: string, item: string): Promise<string>;
}

export function openServer(db: Pool, { store }: Creation, dies: boolean) {
  const server = createServer(async (request, response) => {
    try {
      const id = await store(db, request.url ?? "", await text(request));
      if (dies) request.socket.resetAndDestroy();
      else response.writeHead(201, { location: `/orders/${id}` }).end();
    } catch {
      response.writeHead(409).end();
    }
  });
  return listening(server);
}
