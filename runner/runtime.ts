// What runs one node: this machine, or a container that compose has made. The rest of the runner
// does not see the difference.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { until } from "#kit";
import { familyOf } from "./family.ts";
import { which } from "./find.ts";
import { signal } from "./identity.ts";
import type { Launch, Launched, Launcher } from "./launch.ts";
import type { User } from "./user.ts";

/** One process of a service. */
export interface NodeProcess {
  /** Its id on this machine; none for one in a container. */
  readonly pid?: number;
  /** Resolves when it has ended, with how it did. Never rejects. */
  readonly ended: Promise<string>;
  /** Signals it, and with SIGKILL, SIGSTOP and SIGCONT all that it has forked. */
  signal(name: NodeJS.Signals): void;
  /** Stops it and all that it has forked in their tracks, and resolves when they stand still. */
  pause(): Promise<void>;
}

/** What to start in a node's folder, without a program the service's own. */
export type Order = Omit<Launch, "program" | "user"> & { readonly program?: string };

/** What starts the processes of one node and runs tools beside them. */
export interface Runtime {
  launch(order: Order): NodeProcess | Promise<NodeProcess>;
  /**
   * Runs a tool, without a name the service's own program, and resolves with what it prints. Rejects
   * with an error that has stdout and stderr.
   */
  tool(program: string | undefined, args: readonly string[], folder: string): Promise<string>;
}

/** How much a tool may print, in bytes. */
const TOOL_OUTPUT = 64 << 20;

/** Processes of this machine. */
export class NativeRuntime implements Runtime {
  readonly #launcher: Launcher;
  readonly #program: string;
  readonly #user: User | undefined;

  constructor(launcher: Launcher, program: string, user: User | undefined) {
    this.#launcher = launcher;
    this.#program = program;
    this.#user = user;
  }

  launch({ program, ...order }: Order): NodeProcess {
    const parts = { ...order, program: this.#pathOf(program), user: this.#user };
    return new NativeProcess(this.#launcher.launch(parts));
  }

  async tool(program: string | undefined, args: readonly string[], folder: string) {
    const options = { cwd: folder, ...this.#user, maxBuffer: TOOL_OUTPUT };
    return (await promisify(execFile)(this.#pathOf(program), [...args], options)).stdout;
  }

  /** A program that lies beside the server's own, or on PATH. */
  #pathOf(program = this.#program): string {
    const beside = resolve(dirname(this.#program), program);
    const path = existsSync(beside) ? beside : which(program);
    if (!path) throw new Error(`no ${program} on this machine`);
    return path;
  }
}

class NativeProcess implements NodeProcess {
  readonly #launched: Launched;

  constructor(launched: Launched) {
    this.#launched = launched;
  }

  get pid(): number {
    return this.#launched.identity.pid;
  }

  get ended(): Promise<string> {
    return this.#launched.ended;
  }

  signal(name: NodeJS.Signals): void {
    signal(this.#launched.identity, name);
  }

  async pause(): Promise<void> {
    await until("the process to stand still", () => {
      this.signal("SIGSTOP"); // again, since a child may fork before it is stopped
      return familyOf([this.pid]).every(({ state }) => state === "T");
    });
  }
}
