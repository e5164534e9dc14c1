import type { NodeAddress } from "#kit";

/**
 * Calls the HTTP API of a broker's management plugin and resolves with its answer, which is JSON or
 * empty. Rejects unless the status is 2xx; but what is not there needs no deleting.
 */
export async function manage(
  { host, ports }: NodeAddress,
  method: "GET" | "PUT" | "POST" | "DELETE",
  path: string,
): Promise<string> {
  const answer = await fetch(`http://${host}:${ports.management}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${btoa("guest:guest")}`, "content-type": "application/json" },
  });
  const said = await answer.text();
  if (answer.ok || (method === "DELETE" && answer.status === 404)) return said;
  throw new Error(`RabbitMQ answers ${method} ${path} with ${answer.status}: ${said}`);
}
