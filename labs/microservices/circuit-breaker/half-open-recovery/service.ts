// A service behind a circuit: it does work, and has a page that says how it is.

import { createServer } from "node:http";
import { gate } from "#kit";
import { listening } from "#patterns/listening";

/** The status that its work and its health page answer with. */
export const CONDITIONS = {
  dead: { work: 500, health: 500 },
  back: { work: 200, health: 200 },
  broken: { work: 500, health: 200 },
};

/** The service has answered that it cannot. */
export class ServiceFailure extends Error {}

/** What a circuit has of the service behind it. Each rejects with a ServiceFailure. */
export interface Client {
  work(): Promise<void>;
  health(): Promise<void>;
}

/** Opens a service. It keeps all work waiting until the lab lets it be answered. */
export async function openService(condition: { work: number; health: number }) {
  const answers = gate();
  const reached = { work: 0, health: 0 };
  const server = await listening(
    createServer(async ({ url }, response) => {
      const asked = url === "/health" ? "health" : "work";
      reached[asked] += 1;
      if (asked === "work") await answers.pass();
      response.statusCode = condition[asked];
      response.end();
    }),
  );
  const ask = async (path: string) => {
    const answer = await fetch(server.url + path);
    if (!answer.ok) throw new ServiceFailure(`${path} answered ${answer.status}`);
  };
  const client: Client = { work: () => ask("/work"), health: () => ask("/health") };
  return Object.assign(server, { client, reached, answer: answers.open });
}
