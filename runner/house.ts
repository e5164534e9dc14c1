// Where runs happen: what they share, for one command or for as long as the studio is open.

import { Gate } from "./gate.ts";
import { Launcher } from "./launch.ts";
import { Pool } from "./pool.ts";
import { sweepAbandoned } from "./sweep.ts";

export class House implements AsyncDisposable {
  readonly launcher = new Launcher();
  readonly pool = new Pool(this.launcher);
  readonly gate = new Gate();

  /** Opens a house, after ending whatever an earlier runner was killed over. */
  static async open(): Promise<House> {
    await sweepAbandoned();
    return new House();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
    await this.launcher[Symbol.asyncDispose]();
  }
}
