// Servers that a lab configures while it runs, since their configuration names the lab's own
// processes, which have an address only then.

import { type Address, type At, type NodeAddress, nodeOf, until } from "#kit";
import { ask } from "./http.ts";
import { accepts } from "./tcp.ts";

/** The text of a configuration, or what makes it from where the node listens. */
export type Configuration = string | ((node: Listening) => string);

/** What a configuration must know of its own node. */
export interface Listening extends NodeAddress {
  /** host:port, as it is written into a configuration. */
  readonly listen: string;
}

/** The text for one node, the first when none is named. Throws when there is no such node. */
export function textFor(configuration: Configuration, at: At, name?: string): string {
  if (typeof configuration === "string") return configuration;
  const node = nodeOf(at, name);
  return configuration({ ...node, listen: `${node.host}:${node.port}` });
}

/**
 * A server that reloads starts new workers beside the old ones, and for a while either may take a
 * connection. Of these two ports each generation of workers opens the one that the last did not: so
 * the new configuration is in force when the new port answers and the old one refuses.
 */
export const HEALTH_PORTS = ["even", "odd"] as const;

/** Resolves when the node answers on one of its two ports for health. */
export async function isHealthy({ host, ports }: NodeAddress): Promise<void> {
  await Promise.any(HEALTH_PORTS.map((name) => ask({ host, port: ports[name]! })));
}

/** The port for health of the next generation, and of the present one. */
export async function healthPorts({ host, ports }: NodeAddress) {
  const [even, odd] = HEALTH_PORTS.map((name) => ports[name]!) as [number, number];
  const isEven = await isOpen({ host, port: even });
  return isEven ? { next: odd, present: even } : { next: even, present: odd };
}

/** Resolves when the next generation answers and no worker of the present one accepts connections. */
export async function takenOver(host: string, ports: { next: number; present: number }) {
  await until("the new configuration", () => ask({ host, port: ports.next }).then(() => true));
  await until("the old workers to stop accepting", async () => {
    return !(await isOpen({ host, port: ports.present }));
  });
}

function isOpen(address: Address): Promise<boolean> {
  return accepts(address).then(
    () => true,
    () => false,
  );
}
