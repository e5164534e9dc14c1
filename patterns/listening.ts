// A lab's own web server, in the process of the lab, where nothing has to be killed.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Address, closing } from "#kit";

/**
 * Lets a server listen on a free port of this machine. Its end closes all connections, also those
 * that wait for an answer.
 */
export async function listening(
  server: Server,
): Promise<{ address: Address; url: string } & AsyncDisposable> {
  const host = "127.0.0.1";
  await once(server.listen(0, host), "listening");
  const { port } = server.address() as AddressInfo;
  return closing({ address: { host, port }, url: `http://${host}:${port}` }, () => {
    server.closeAllConnections();
    server.close();
  });
}
