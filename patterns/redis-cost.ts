// What a job has cost a Redis server, by the server's own counters: commands, time and memory.

import type { Redis } from "ioredis";
import { sum } from "#kit";

/** A server that tells its INFO as numbers. */
interface Informing {
  info(section: string): Promise<Record<string, number>>;
}

/** What a server has done since its start, or since the last CONFIG RESETSTAT. */
export interface Work {
  readonly calls: number;
  /** How long it has worked on them, in microseconds. */
  readonly micros: number;
}

/** How often a server has run any of these commands ("get", "config|set"), and how long it took. */
export async function workOn(server: Informing, ...commands: string[]): Promise<Work> {
  const stats = await server.info("commandstats");
  const all = (field: string) =>
    sum(commands.map((command) => stats[`cmdstat_${command}.${field}`] ?? 0));
  return { calls: all("calls"), micros: all("usec") };
}

/** The memory of all keys together, in bytes. */
export async function bytesOfKeys(client: Redis): Promise<number> {
  const keys = await client.keys("*");
  const sizes = await Promise.all(keys.map((key) => client.memory("USAGE", key, "SAMPLES", 0)));
  return sum(sizes.map(Number));
}
