// Starts processes so that none can be left behind: each is in the run's registry, and known to the
// watchdog, before it is anything but a shell.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, newRunFolder } from "./folders.ts";
import { type Identity, startTime } from "./identity.ts";
import { Ports } from "./ports.ts";
import { executablesOf, OWNER, REGISTRY } from "./sweep.ts";

const REGISTER = fileURLToPath(new URL("./register.sh", import.meta.url));
const WATCHDOG = fileURLToPath(new URL("./watchdog.sh", import.meta.url));
const SWEEP = fileURLToPath(new URL("./sweep.ts", import.meta.url));

/** What to start. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Where its output goes; the file is appended to. */
  readonly log: string;
  /** The user to become, where it is not the runner's own. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** True to open a channel for messages, as for a lab's own process. */
  readonly channel?: boolean;
}

/** A started process. */
export interface Launched {
  readonly child: ChildProcess;
  readonly identity: Identity;
  /** Resolves when the process has ended, with how it did. Never rejects. */
  readonly ended: Promise<string>;
}

/** One run's folder, registry, ports and watchdog. Disposing of it removes all of them. */
export class Launcher implements AsyncDisposable {
  readonly folder = newRunFolder();
  readonly ports = new Ports();
  readonly #registry: number;
  readonly #watchdog: ChildProcess;
  #folders = 0;

  constructor() {
    const self = { pid: process.pid, started: startTime(process.pid), executables: [] };
    writeFileSync(join(this.folder, OWNER), JSON.stringify(self));
    this.#registry = openSync(join(this.folder, REGISTRY), "a");
    const args = [WATCHDOG, this.folder, process.execPath, SWEEP];
    this.#watchdog = spawn("/bin/sh", args, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
    });
    this.#watchdog.unref();
    (this.#watchdog.stdin as Socket).unref();
  }

  /** A new folder in the run's own, such as "redis-1". */
  newFolder(name: string): string {
    this.#folders += 1;
    const folder = join(this.folder, `${name}-${this.#folders}`);
    mkdirSync(folder, { mode: 0o755 });
    return folder;
  }

  /** The watchdog's process, for the tests that kill it. */
  get watchdogPid(): number {
    return this.#watchdog.pid as number;
  }

  launch({ program, args, env, folder, log, user, channel }: Launch): Launched {
    const output = openSync(log, "a");
    try {
      const channels = channel ? ["ipc" as const] : [];
      const child = spawn("/bin/sh", [REGISTER, join(this.folder, OWNER), program, ...args], {
        stdio: ["ignore", output, output, this.#watchdog.stdin, this.#registry, ...channels],
        detached: true,
        cwd: folder,
        // Programs that are Node's compile what they import once for all runs.
        env: { ...process.env, NODE_COMPILE_CACHE: join(cacheFolder(), "compiled"), ...env },
        ...user,
      });
      return { child, identity: identify(child, program), ended: ending(child) };
    } finally {
      closeSync(output);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeSync(this.#registry);
    this.ports[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    this.#watchdog.stdin?.destroy();
  }
}

function identify(child: ChildProcess, program: string): Identity {
  const pid = child.pid ?? 0;
  return {
    pid,
    started: (pid && startTime(pid)) || "",
    executables: executablesOf(program),
  };
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => {
      endGroup(child.pid as number);
      resolve(signal ?? `exit code ${code}`);
    });
  });
}

/** Ends what a process has forked and left, such as the workers of a server that was killed. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // it was alone, as most are
  }
}
