// Where runs happen: what they share, for one command or for as long as the studio is open.

import type { Composed } from "../compose/layout.ts";
import { Gate } from "./gate.ts";
import { Launcher } from "./launch.ts";
import { type Lender, Pool } from "./pool.ts";
import { sweepAbandoned } from "./sweep.ts";

export class House implements AsyncDisposable {
  readonly launcher = new Launcher();
  readonly pool = new Pool(this.launcher);
  readonly gate = new Gate();
  readonly #isAttached: boolean;

  private constructor(isAttached: boolean) {
    this.#isAttached = isAttached;
  }

  /**
   * Opens a house, after ending whatever an earlier runner was killed over. In an attached one, labs
   * run on servers that compose has started.
   */
  static async open({ attached = false } = {}): Promise<House> {
    await sweepAbandoned();
    return new House(attached);
  }

  /** What lends a lab its servers. */
  async lenderFor(lab: Composed): Promise<Lender> {
    if (!this.#isAttached) return this.pool;
    const { attachedServers } = await import("./attached/servers.ts");
    return attachedServers(lab, this.launcher, this.pool);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
    await this.launcher[Symbol.asyncDispose]();
  }
}
