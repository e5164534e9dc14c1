// What an idle link costs: added latency of one small round trip, and throughput of one connection,
// against the direct connection to the same server. The server runs in a thread of its own; client
// and link share a thread, as they do in a lab. Both ways take turns, in ABBA order.
// Run it with `node test/bench/link.ts`; it takes about ten seconds.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { link } from "#kit/link/link";
import type { Address } from "#kit/service";
import { median, percentile } from "#kit/statistics";

const ROUNDS = 12;
const WARM_UP_ROUNDS = 2;
const ROUND_TRIPS = 2_000;
const DOWNLOAD_BYTES = 256 * 1024 * 1024;

const MOST_ADDED_MS = 0.1;
const LEAST_MB_PER_SECOND = 500;

/** What was found on one way, a figure for each round. */
interface Measures {
  p50: number[];
  p99: number[];
  megabytesPerSecond: number[];
}

if (!isMainThread) serve();
else if (import.meta.main) await bench();

/** Answers the byte "?" with itself, and the byte "!" with DOWNLOAD_BYTES. */
function serve(): void {
  const block = Buffer.alloc(1024 * 1024);
  const download = async (socket: Socket) => {
    for (let left = DOWNLOAD_BYTES; left > 0; left -= block.length) {
      if (!socket.write(block)) await once(socket, "drain");
    }
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (asked) => {
      if (asked.toString() === "!") download(socket);
      else socket.write(asked);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    parentPort?.postMessage((server.address() as AddressInfo).port);
  });
}

async function bench(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = (await once(worker, "message")) as [number];
  const target = { host: "127.0.0.1", port };
  await using wire = await link(target);
  const direct: Measures = { p50: [], p99: [], megabytesPerSecond: [] };
  const through: Measures = { p50: [], p99: [], megabytesPerSecond: [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const turns = [() => measure(target, direct), () => measure(wire.address, through)];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  for (const series of [direct, through].flatMap((way) => Object.values(way))) {
    series.splice(0, WARM_UP_ROUNDS);
  }
  report(direct, through);
  await worker.terminate();
}

async function measure(address: Address, found: Measures): Promise<void> {
  const roundTrips = await latencies(address);
  found.p50.push(median(roundTrips));
  found.p99.push(percentile(roundTrips, 99));
  found.megabytesPerSecond.push(await throughput(address));
}

/** Ms of each round trip of one byte. */
async function latencies(address: Address): Promise<number[]> {
  const socket = connect({ ...address, noDelay: true });
  await once(socket, "connect");
  let answered = () => {};
  socket.on("data", () => answered());
  const found: number[] = [];
  for (let turn = 0; turn < ROUND_TRIPS; turn++) {
    const start = performance.now();
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    socket.write("?");
    await answer;
    found.push(performance.now() - start);
  }
  socket.destroy();
  return found;
}

async function throughput(address: Address): Promise<number> {
  const socket = connect({ ...address, noDelay: true });
  await once(socket, "connect");
  const start = performance.now();
  socket.write("!");
  let left = DOWNLOAD_BYTES;
  for await (const chunk of socket) {
    left -= chunk.length;
    if (left === 0) break;
  }
  return DOWNLOAD_BYTES / 1e6 / ((performance.now() - start) / 1000);
}

function report(direct: Measures, through: Measures): void {
  const line = (name: string, digits: number, of: (way: Measures) => number) => {
    const cells = [direct, through].map((way) => of(way).toFixed(digits).padStart(10));
    console.log(`${name.padEnd(24)}${cells.join("")}`);
  };
  console.log(`${"".padEnd(24)}${"direct".padStart(10)}${"link".padStart(10)}`);
  line("round trip p50, ms", 4, ({ p50 }) => median(p50));
  line("round trip p99, ms", 4, ({ p99 }) => median(p99));
  line("MB/s, median round", 0, ({ megabytesPerSecond }) => median(megabytesPerSecond));
  line("MB/s, best round", 0, ({ megabytesPerSecond }) => Math.max(...megabytesPerSecond));
  const added = median(through.p50.map((ms, round) => ms - direct.p50[round]!));
  // The best round shows what the link can do, the others also what else the machine has done.
  const best = Math.max(...through.megabytesPerSecond);
  console.log(`\nadded at p50: ${added.toFixed(4)} ms, the target is at most ${MOST_ADDED_MS}`);
  console.log(`throughput: ${best.toFixed(0)} MB/s, the target is at least ${LEAST_MB_PER_SECOND}`);
  if (added > MOST_ADDED_MS || best < LEAST_MB_PER_SECOND) process.exitCode = 1;
}
