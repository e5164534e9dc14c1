/** Lets many in side by side, or one alone: a lab that measures time wants the machine to itself. */
export class Gate {
  #inside = 0;
  #taken = false;
  readonly #waiting: { alone: boolean; enter(): void }[] = [];

  /** Resolves when the caller may go in; disposing of what it gets lets the next one in. */
  async enter(alone: boolean): Promise<Disposable> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ alone, enter });
      this.#admit();
    });
    return {
      [Symbol.dispose]: () => {
        this.#inside -= 1;
        this.#taken = false;
        this.#admit();
      },
    };
  }

  /** Lets in whoever may go, in the order in which they came, so that nobody waits for ever. */
  #admit(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (!next || this.#taken || (next.alone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside += 1;
      this.#taken = next.alone;
      next.enter();
    }
  }
}
