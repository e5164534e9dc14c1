// The servers of the four scenes: each has a health page, and a shop behind it.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barrier, closing } from "#kit";

/** The probe that is lost: by then the server has answered enough of them to count as well. */
export const LOST_PROBE = 5;

/** What one server of a scene answers, and which of the connections to it comes to nothing. */
interface Condition {
  readonly health: number;
  readonly shop: number;
  readonly lost?: number;
}

const WELL: Condition = { health: 200, shop: 200 };

/** For each scene the condition of its first server, and that of the others. */
export const SCENES = {
  sick: [{ health: 500, shop: 500 }, WELL],
  liar: [{ health: 200, shop: 500 }, WELL],
  unlucky: [{ ...WELL, lost: LOST_PROBE }, WELL],
  page: [
    { health: 200, shop: 500 },
    { health: 200, shop: 500 },
  ],
} satisfies Record<string, [Condition, Condition]>;

/** Opens a server. If its shop is broken it gives its first `errors` answers all at once. */
export async function openServer({ health, shop, lost }: Condition, errors: number) {
  const together = barrier(errors);
  let connections = 0;
  const server = createServer(async (request, response) => {
    const isProbe = request.url === "/health";
    response.statusCode = isProbe ? health : shop;
    if (!isProbe && shop === 500) await together.arrive();
    response.end();
  });
  server.on("connection", (socket) => {
    connections += 1;
    if (connections === lost) socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const opened = { listen: `127.0.0.1:${port}`, connections: () => connections };
  return closing(opened, () => {
    server.closeAllConnections();
    server.close();
  });
}
