// Full CPU load, to see whether a verdict depends on an idle machine.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { signal } from "./identity.ts";
import type { Launched, Launcher } from "./launch.ts";

/** Keeps every core busy until it is disposed of. */
export class CpuLoad implements AsyncDisposable {
  readonly #loops: Launched[];

  constructor(launcher: Launcher) {
    const folder = launcher.newFolder("load");
    this.#loops = Array.from({ length: availableParallelism() }, () =>
      launcher.launch({
        program: process.execPath,
        args: ["--eval", "for(;;);"],
        folder,
        log: join(folder, "output.log"),
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { identity } of this.#loops) signal(identity, "SIGKILL");
    await Promise.all(this.#loops.map(({ ended }) => ended));
  }
}
