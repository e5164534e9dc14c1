import { type Clock, systemClock } from "../clock.ts";
import type { Operation, Outcome, Value } from "./operation.ts";

/** What an operation is about; what it learns on its way, it is told when it ends. */
export type Learned = Partial<Pick<Operation, "value" | "from">>;

/** An operation at its invocation. */
export type Invocation = Pick<Operation, "client" | "kind" | "key"> & Learned;

/** An operation under way; it is ended once. */
export interface Pending {
  /** It took place: a read or a receive says which value it got, an update what it changed. */
  ok(learned?: Learned): void;
  /** It surely did not take place. */
  failed(): void;
  /** Nobody knows whether it took place. If it did, this is what it would have put there. */
  unknown(learned?: Learned): void;
}

/** Writes down what the clients of one process do, and when. */
export class History {
  readonly #clock: Pick<Clock, "now">;
  readonly #completed: Operation[] = [];
  readonly #pending = new Set<Operation>();

  constructor(clock: Pick<Clock, "now"> = systemClock) {
    this.#clock = clock;
  }

  /** What has been recorded; an operation that is still under way has an unknown outcome. */
  get operations(): readonly Operation[] {
    return [...this.#completed, ...this.#pending].sort((a, b) => a.invoked - b.invoked);
  }

  /** Notes an invocation now; the caller says how it ended. */
  begin(invocation: Invocation): Pending {
    const invoked = this.#clock.now();
    const operation = { value: null, ...invocation, invoked };
    const pending: Operation = { ...operation, completed: invoked, outcome: "unknown" };
    this.#pending.add(pending);
    const end = (outcome: Outcome, learned?: Learned) => {
      if (!this.#pending.delete(pending)) throw new Error("this operation has already ended");
      const completed = this.#clock.now();
      this.#completed.push({ ...operation, ...learned, completed, outcome });
    };
    return {
      ok: (learned) => end("ok", learned),
      failed: () => end("failed"),
      unknown: (learned) => end("unknown", learned),
    };
  }

  /**
   * Records a call and returns its result, which is the value of an operation that was invoked
   * without one. A call that throws has an unknown outcome, since an error may come after the
   * effect, and the error goes on to the caller.
   */
  async record<Result extends Value>(
    invocation: Invocation,
    call: () => Promise<Result>,
  ): Promise<Result>;
  async record<Result>(
    invocation: Invocation & { value: Value },
    call: () => Promise<Result>,
  ): Promise<Result>;
  async record(invocation: Invocation, call: () => Promise<Value>): Promise<Value> {
    const pending = this.begin(invocation);
    try {
      const result = await call();
      pending.ok({ value: invocation.value ?? result });
      return result;
    } catch (error) {
      pending.unknown();
      throw error;
    }
  }
}
