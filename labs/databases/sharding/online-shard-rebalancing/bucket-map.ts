import type { Postgres } from "#services/postgres";

/** Which server has the bucket. While it is frozen, writes wait. */
export class BucketMap {
  #owner: Postgres;
  #frozen: PromiseWithResolvers<void> | undefined;

  constructor(owner: Postgres) {
    this.#owner = owner;
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** Resolves with the server to write to, once writes may go on. */
  async owner(): Promise<Postgres> {
    await this.#frozen?.promise;
    return this.#owner;
  }

  freeze(): void {
    this.#frozen = Promise.withResolvers();
  }

  /** Gives the bucket to another server, and lets the writes go on that wait. */
  switchTo(owner: Postgres): void {
    this.#owner = owner;
    this.#frozen?.resolve();
    this.#frozen = undefined;
  }
}
