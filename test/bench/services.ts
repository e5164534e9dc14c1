// How long each service takes from its start to its first right answer, with the folders and ports
// that the runner gives it, and how long it takes to stop. One at a time, after one that warms up.
// Run it with `node test/bench/services.ts [name...]` on a machine that does nothing else.

import type { Service } from "#kit";
import { percentile } from "#kit/statistics";
import { table } from "../../cli/view/table.ts";
import { find, MissingServer } from "../../runner/find.ts";
import { Launcher } from "../../runner/launch.ts";
import { Server } from "../../runner/server.ts";
import { allServices } from "../../runner/services.ts";

const STARTS = 30;
const STARTS_OF_SLOW = 5;
const SLOW_MS = 1_500;

/** The 95th percentile that we want, in milliseconds, on 2 cores with memory-backed folders. */
const TARGETS: Readonly<Record<string, number>> = {
  haproxy: 50,
  memcached: 15,
  nginx: 12,
  postgres: 80,
  prometheus: 60,
  rabbitmq: 4_500,
  redis: 15,
};

const names = process.argv.slice(2);
const rows = [["service", "version", "starts", "p50 ms", "p95 ms", "target", "stop p95 ms", ""]];
for (const service of await allServices()) {
  const { name, onDemand } = service.form;
  if (onDemand || (names.length > 0 && !names.includes(name))) continue;
  rows.push(await measured(service));
  process.stderr.write(`${name} `);
}
console.log(`\n${table(rows).join("\n")}`);

/** A service's row of the table. */
async function measured(service: Service): Promise<string[]> {
  const { name } = service.form;
  try {
    const { version } = await find(service.form as never);
    const { starts, stops } = await startAndStop(service);
    const target = TARGETS[name];
    const p95 = percentile(starts, 95);
    const verdict = target === undefined ? "" : p95 <= target ? "within" : "over";
    return [
      ...[name, version, String(starts.length), ms(percentile(starts, 50)), ms(p95)],
      ...[target === undefined ? "" : String(target), ms(percentile(stops, 95)), verdict],
    ];
  } catch (error) {
    if (error instanceof MissingServer) return [name, "not on this machine"];
    throw error;
  }
}

async function startAndStop(service: Service): Promise<{ starts: number[]; stops: number[] }> {
  await using launcher = new Launcher();
  const starts: number[] = [];
  const stops: number[] = [];
  const start = () => Server.start(service, service.chosen, launcher, () => {});
  const first = await start();
  await first[Symbol.asyncDispose]();
  const times = first.readyMs > SLOW_MS ? STARTS_OF_SLOW : STARTS;
  for (let turn = 0; turn < times; turn++) {
    const server = await start();
    const began = performance.now();
    await server[Symbol.asyncDispose]();
    starts.push(server.readyMs);
    stops.push(performance.now() - began);
  }
  return { starts, stops };
}

function ms(value: number): string {
  return value.toFixed(1);
}
