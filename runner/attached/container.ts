// A node in a container that compose has made. What it runs stands in the compose file, which was
// made from the same description of the service; here it is only started, signalled and watched.

import { writeFileSync } from "node:fs";
import { CONTAINER_USER } from "../../compose/layout.ts";
import type { NodeProcess, Order, Runtime } from "../runtime.ts";
import {
  ended,
  execute,
  lastLines,
  pauseContainer,
  resumeContainer,
  signalContainer,
  startContainer,
} from "./engine.ts";

/** How many lines of a container's output are kept when it ends. */
const LOG_LINES = 50;

export class ContainerRuntime implements Runtime {
  readonly #container: string;
  readonly #program: string;

  constructor(container: string, program: string) {
    this.#container = container;
    this.#program = program;
  }

  async launch({ log }: Order): Promise<NodeProcess> {
    await startContainer(this.#container);
    return new ContainerProcess(this.#container, log);
  }

  async tool(program = this.#program, args: readonly string[], folder: string): Promise<string> {
    const user = `${CONTAINER_USER.uid}:${CONTAINER_USER.gid}`;
    const done = await execute(this.#container, [program, ...args], folder, user);
    if (done.exitCode === 0) return done.stdout;
    throw Object.assign(new Error(`it ended with ${done.exitCode}`), done);
  }

  /** Kills the container, where it runs, so that it can be started on other files. */
  async halt(): Promise<void> {
    await signalContainer(this.#container, "SIGKILL").catch(() => {}); // it does not run
    await ended(this.#container);
  }
}

class ContainerProcess implements NodeProcess {
  readonly ended: Promise<string>;
  readonly #container: string;
  /** Signals arrive in the order in which they were sent. */
  #sent: Promise<void> = Promise.resolve();

  constructor(container: string, log: string) {
    this.#container = container;
    this.ended = ended(container).then(
      async (code) => {
        writeFileSync(log, await lastLines(container, LOG_LINES).catch(String));
        return code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
      },
      (error) => String(error),
    );
  }

  signal(name: NodeJS.Signals): void {
    const send = name === "SIGCONT" ? resumeContainer : signalContainer;
    this.#sent = this.#sent.then(() => send(this.#container, name)).catch(() => {}); // it has ended
  }

  pause(): Promise<void> {
    return pauseContainer(this.#container);
  }
}
