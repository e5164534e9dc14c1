// A client of the broadcast.

import { once } from "node:events";
import { WebSocket } from "ws";

/** Connects a client that counts its messages and remembers the number of the last. */
export async function connect(url: string) {
  const socket = new WebSocket(url);
  const client = { socket, received: 0, last: 0, closed: once(socket, "close") };
  socket.on("message", (message: Buffer) => {
    client.received += 1;
    client.last = message.readUInt32BE();
  });
  await once(socket, "open");
  return client;
}

export type Client = Awaited<ReturnType<typeof connect>>;
