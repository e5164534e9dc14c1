// A lab's own WebSocket server, in the process of the lab.

import { createServer, type Server } from "node:http";
import { WebSocketServer } from "ws";
import { closing } from "#kit";
import { listening } from "./listening.ts";

/**
 * Has a web server, by default one that serves nothing else, take WebSockets on a free port of this
 * machine; its url begins with http. Its end cuts all sockets off.
 */
export async function webSockets(
  http: Server = createServer(),
): Promise<{ server: WebSocketServer; url: string } & AsyncDisposable> {
  const server = new WebSocketServer({ server: http });
  const listener = await listening(http);
  return closing({ server, url: listener.url }, async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await listener[Symbol.asyncDispose]();
  });
}
