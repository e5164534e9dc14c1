// A service behind a circuit: it does work, and has a page that says how it is.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closing, gate } from "#kit";

export type Outcome = "answered" | "failed" | "refused";

/** The status that its work and its health page answer with. */
export const CONDITIONS = {
  dead: { work: 500, health: 500 },
  back: { work: 200, health: 200 },
  broken: { work: 500, health: 200 },
};

/** Opens a service. It keeps all work waiting until the lab lets it be answered. */
export async function openService(condition: { work: number; health: number }) {
  const answers = gate();
  const reached = { work: 0, health: 0 };
  const server = createServer(async ({ url }, response) => {
    const asked = url === "/health" ? "health" : "work";
    reached[asked] += 1;
    if (asked === "work") await answers.pass();
    response.statusCode = condition[asked];
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string): Promise<Outcome> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return answer.ok ? "answered" : "failed";
  };
  const client = { work: () => ask("/work"), health: () => ask("/health") };
  return closing({ client, reached, answer: answers.open }, () => {
    server.closeAllConnections();
    server.close();
  });
}

/** What a circuit has of the service behind it. */
export type Client = Awaited<ReturnType<typeof openService>>["client"];
