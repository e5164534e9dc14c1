// How the nodes of a Redis Cluster see each other.

import { lookup } from "node:dns/promises";
import type { At } from "#kit";
import type { Redis } from "./redis.ts";

/** A node as another one sees it: a line of CLUSTER NODES. */
export interface Seen {
  readonly id: string;
  /** host:port */
  readonly at: string;
  readonly role: "master" | "slave";
  /** The id of a replica's master. */
  readonly follows: string;
  /** Connected, and not suspected by anybody. */
  readonly well: boolean;
  readonly slots: readonly string[];
}

/** What a node sees of the cluster. Nodes that are still shaking hands are left out. */
export async function look(client: Redis): Promise<Seen[]> {
  const lines = String(await client.call("CLUSTER", "NODES"))
    .trim()
    .split("\n");
  return lines.flatMap((line) => {
    const [id = "", at = "", flags = "", follows = "", , , , link, ...slots] = line.split(" ");
    if (flags.includes("handshake")) return [];
    const role = flags.includes("master") ? "master" : "slave";
    const well = link === "connected" && !flags.includes("fail");
    return [{ id, at: at.replace(/@.*/, ""), role, follows, well, slots } as const];
  });
}

/** What one node sees of the others, by their names in the service. */
export async function seenByName(at: At, client: Redis): Promise<Map<string, Seen>> {
  const seen = await look(client);
  const named = Object.entries(at.nodes).map(async ([name, { host, port }]) => {
    const { address } = await lookup(host, 4);
    return [name, seen.find((one) => one.at === `${address}:${port}`)] as const;
  });
  const found = await Promise.all(named);
  return new Map(found.flatMap(([name, one]) => (one ? [[name, one] as const] : [])));
}

/** True for a slot in a range of CLUSTER NODES: "0-5460", "7" or, while it moves, "[93-<-...]". */
export function contains(range: string, slot: number): boolean {
  const [from, to = from] = range.split("-").map(Number);
  return slot >= from! && slot <= to!;
}
