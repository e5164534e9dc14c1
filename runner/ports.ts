// Free ports for servers that cannot be asked which one they took. Ports come from below the
// ephemeral range, where no outgoing connection can take one in between, and each is held by a lock
// file, so that runs side by side never hand out the same.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { until } from "#kit";
import { runsFolder } from "./folders.ts";
import { isAlive, startTime } from "./identity.ts";

const FIRST = 12_000;
const LAST = 32_000; // Linux's ephemeral range begins at 32768, the registered one of macOS at 49152

/** How long a child of a server that has ended may hold a port, in milliseconds. */
const LINGER_MS = 500;

/** The ports that one run holds. */
export class Ports implements Disposable {
  readonly #locks: string[] = [];

  /** Reserves a port on which nothing listens. Throws when a thousand in a row are taken. */
  async reserve(): Promise<number> {
    const start = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    for (let step = 0; step < 1_000; step++) {
      const port = FIRST + ((start - FIRST + step) % (LAST - FIRST));
      if (!this.#lock(port)) continue;
      if (await isFree(port)) return port;
    }
    throw new Error("no free port among a thousand");
  }

  #lock(port: number): boolean {
    const folder = join(runsFolder(), "ports");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, String(port));
    if (existsSync(file) && !isHeld(file)) rmSync(file, { force: true });
    try {
      const lock = openSync(file, "wx");
      writeSync(lock, `${process.pid} ${startTime(process.pid)}`);
      closeSync(lock);
    } catch {
      return false;
    }
    this.#locks.push(file);
    return true;
  }

  [Symbol.dispose](): void {
    for (const file of this.#locks.splice(0)) rmSync(file, { force: true });
  }
}

/** True while the lock's owner lives; an empty lock is being written. */
function isHeld(file: string): boolean {
  try {
    const [pid, ...started] = readFileSync(file, "utf8").split(" ");
    if (!pid) return true;
    return isAlive({ pid: Number(pid), started: started.join(" "), executables: [] });
  } catch {
    return false;
  }
}

/** True when nothing listens on the port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Those of some ports that are still taken a moment after their server has ended. */
export async function takenOf(ports: readonly number[]): Promise<number[]> {
  const comeFree = (port: number) =>
    until(`port ${port} to be free`, () => isFree(port), { withinMs: LINGER_MS });
  const waits = await Promise.allSettled(ports.map(comeFree));
  return ports.filter((_, index) => waits[index]?.status === "rejected");
}
