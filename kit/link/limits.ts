import type { Direction } from "./conditions.ts";
import type { Connection } from "./connection.ts";
import type { Flow } from "./flow.ts";
import type { Terms } from "./limit.ts";

interface Waiter {
  connections: number;
  resolve(): void;
  reject(error: Error): void;
}

type Act = (connection: Connection) => void;

/** The limits of a link, one a direction, for the connections it has and those to come. */
export class Limits {
  readonly #connections: ReadonlySet<Connection>;
  readonly #set = new Map<Direction, { terms: Terms; act: Act }>();
  /** Flows in which something waits behind a limit. */
  readonly #holding = new Set<Flow>();
  #waiters: Waiter[] = [];

  constructor(connections: ReadonlySet<Connection>) {
    this.#connections = connections;
  }

  /** Limits every connection, and calls `act` for each in which something waits behind the limit. */
  set(terms: Terms, act: Act): void {
    this.#set.set(terms.direction, { terms, act });
    for (const connection of this.#connections) this.#apply(connection, terms.direction);
  }

  /** Lifts the limit of a direction; what waited passes. */
  lift(direction: Direction): void {
    this.#set.delete(direction);
    for (const connection of this.#connections) {
      this.#holding.delete(connection[direction]);
      connection[direction].limit = undefined;
    }
  }

  adopt(connection: Connection): void {
    for (const direction of this.#set.keys()) this.#apply(connection, direction);
  }

  forget(connection: Connection): void {
    this.#holding.delete(connection.requests);
    this.#holding.delete(connection.replies);
  }

  hold(flow: Flow): void {
    this.#holding.add(flow);
    this.#tell();
  }

  /** Settles when so many flows are held. */
  held(connections: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ connections, resolve, reject });
      this.#tell();
    });
  }

  close(): void {
    const error = new Error("the link was closed while somebody waited for held()");
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #apply(connection: Connection, direction: Direction): void {
    this.#holding.delete(connection[direction]);
    const limit = this.#set.get(direction);
    if (!limit) return; // the first connection has reached it and used it up
    connection.limit(limit.terms, () => limit.act(connection));
  }

  #tell(): void {
    const ready = (waiter: Waiter) => this.#holding.size >= waiter.connections;
    for (const waiter of this.#waiters.filter(ready)) waiter.resolve();
    this.#waiters = this.#waiters.filter((waiter) => !ready(waiter));
  }
}
