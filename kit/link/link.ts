import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Address } from "../service.ts";
import { Conditions, type Delay, type Direction } from "./conditions.ts";
import { Connection, type Line, type Target } from "./connection.ts";
import { type Counts, NO_COUNTS } from "./counts.ts";
import { oneLine } from "./decode/message.ts";
import type { Protocol } from "./decode/protocols.ts";
import { type Allowance, describeTerms, termsOf } from "./limit.ts";
import { Limits } from "./limits.ts";
import { type Mark, Recorder, type Trace } from "./trace.ts";

export interface LinkOptions {
  /** Seeds the jitter of delays. */
  seed?: number;
  /** Records every message, read as this protocol. */
  trace?: Protocol;
  /** The server's name in the trace; "server" by default. */
  server?: string;
  /** The name of all clients in the trace; by default each has its own, or "client" and a number. */
  client?: string;
}

/**
 * Puts a link in front of a server: a TCP proxy on 127.0.0.1 that can be slowed, cut and seen.
 *
 *     await using wire = await link(redis.address, { trace: "resp" });
 *     wire.delay({ ms: 5, jitterMs: 1 });
 *     wire.after({ requests: 1 }).hold();
 *     await wire.held();
 *
 * A link accepts a connection before the server is reached, as every proxy does: where the server is
 * gone, the client sees a reset, not a refusal.
 */
export async function link(target: Target, options: LinkOptions = {}): Promise<Link> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return new Link(server, target, options);
}

/** What a limit does when more comes than it lets pass. */
export interface Consequences {
  /** Holds it back, in every connection, until `release()`; `held()` tells when it waits. */
  hold(): void;
  /** Cuts the first connection that gets there, once, both ways; nobody is told. */
  cut(): void;
  /** Resets the first connection that gets there, once. */
  reset(): void;
}

/** A running link. Faults add up until `heal()`; without a direction they work both ways. */
export class Link {
  /** Where clients connect to. */
  readonly address: Address;
  readonly #server: Server;
  readonly #line: Line;
  readonly #recorder: Recorder | undefined;
  readonly #connections = new Set<Connection>();
  readonly #limits = new Limits(this.#connections);

  constructor(server: Server, target: Target, options: LinkOptions) {
    const { seed = 1, trace: protocol, server: serverName = "server", client } = options;
    this.#server = server;
    this.address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
    this.#recorder = protocol && new Recorder(serverName);
    this.#line = {
      target,
      conditions: { requests: new Conditions(), replies: new Conditions() },
      counts: { ...NO_COUNTS },
      seed,
      client,
      tracing: protocol && { protocol, recorder: this.#recorder as Recorder },
    };
    server.on("connection", (client) => this.#take(client));
  }

  /** Lets everything arrive later by `ms` each way, so that a round trip takes twice as long. */
  delay(delay: Delay, direction?: Direction): void {
    const { ms, jitterMs = 0 } = delay;
    demand(ms >= 0 && jitterMs >= 0 && jitterMs <= ms, "delay() needs 0 <= jitterMs <= ms");
    const spread = jitterMs > 0 ? ` +- ${jitterMs}` : "";
    this.#change(`delay of ${ms}${spread} ms`, direction, (conditions) => {
      conditions.delay = { ms, jitterMs };
    });
  }

  /** Narrows the link to so many bytes per second, shared by all its connections. */
  throttle({ bytesPerSecond }: { bytesPerSecond: number }, direction?: Direction): void {
    demand(bytesPerSecond > 0, "throttle() needs bytesPerSecond above 0");
    this.#change(`throttle to ${bytesPerSecond} bytes/s`, direction, (conditions) => {
      conditions.bytesPerSecond = bytesPerSecond;
    });
  }

  /**
   * Cuts the link: nothing passes, neither bytes nor the opening or end of a connection, and nobody
   * is told. What was under way arrives after `heal()`, as TCP would send it again; what may be under
   * way is bounded, so that a sender comes to wait. With a direction, only that way is cut.
   */
  cut(direction?: Direction): void {
    this.#change("cut", direction, (conditions) => {
      conditions.cut = true;
    });
  }

  /** Resets all open connections at both ends (RST), now. New ones may come. */
  reset(): void {
    this.#recorder?.mark("fault", "reset");
    for (const connection of this.#connections) connection.reset();
  }

  /**
   * Leaves every open connection half-open: the end that is gone has lost it, the other end still
   * believes in it and hears nothing until `heal()`, when a reset tells.
   */
  halfOpen({ gone }: { gone: "client" | "server" }): void {
    this.#recorder?.mark("fault", `half-open, ${gone} gone`);
    for (const connection of this.#connections) connection.lose(gone);
  }

  /** Lets the end of a connection arrive later by `ms`, while bytes travel as before. */
  closeSlowly({ ms }: { ms: number }, direction?: Direction): void {
    demand(ms >= 0, "closeSlowly() needs ms from 0 up");
    this.#change(`close later by ${ms} ms`, direction, (conditions) => {
      conditions.closeMs = ms;
    });
  }

  /**
   * Lets so much pass in each connection, counted from now, and acts on what comes next in that
   * direction: `wire.after({ replyBytes: 0 }).reset()` delivers a request and loses its reply.
   * Messages can be counted where the link traces; elsewhere that is an Error.
   */
  after(allowance: Allowance): Consequences {
    const terms = termsOf(allowance);
    const { direction, unit } = terms;
    demand(
      unit === "bytes" || this.#recorder,
      'counting messages needs link(..., { trace: "..." })',
    );
    const limit = (done: string, act: (connection: Connection) => void) =>
      this.#limits.set(terms, (connection) => {
        this.#recorder?.mark("fault", `${done} after ${describeTerms(terms)}`, connection.named);
        act(connection);
      });
    const once = (act: (connection: Connection) => void) => (connection: Connection) => {
      act(connection);
      this.#limits.lift(direction);
    };
    return {
      hold: () => limit("held", (connection) => this.#limits.hold(connection[direction])),
      cut: () =>
        limit(
          "cut",
          once((connection) => connection.stop()),
        ),
      reset: () =>
        limit(
          "reset",
          once((connection) => connection.reset()),
        ),
    };
  }

  /** Settles when so many connections have something waiting behind a `hold()`. */
  held(connections = 1): Promise<void> {
    return this.#limits.held(connections);
  }

  /** Lifts every limit set with `after()`: what was held passes. */
  release(): void {
    this.#recorder?.mark("note", "released");
    this.#limits.lift("requests");
    this.#limits.lift("replies");
  }

  /** Ends all faults. What was held, slowed or cut off passes now. */
  heal(): void {
    this.#recorder?.mark("note", "healed");
    for (const conditions of Object.values(this.#line.conditions)) conditions.heal();
    for (const connection of this.#connections) connection.resume();
    this.#limits.lift("requests");
    this.#limits.lift("replies");
  }

  /** What has crossed the link so far, as plain data. */
  counts(): Counts {
    return { ...this.#line.counts };
  }

  /** What the link has recorded so far, as plain data. An Error where it does not trace. */
  trace(): Trace {
    return this.#tracing().trace();
  }

  /** Forgets what was recorded, and counts the trace's time from now. */
  restartTrace(): void {
    this.#tracing().restart();
  }

  /** Puts a note, or a fault that is not the link's, into the trace, where there is one. */
  note(text: string, kind: Mark["kind"] = "note"): void {
    this.#recorder?.mark(kind, oneLine(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#limits.close();
    for (const connection of this.#connections) connection.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(client: Socket): void {
    const connection = new Connection(client, this.#line);
    this.#connections.add(connection);
    this.#limits.adopt(connection);
    connection.closed().then(() => {
      this.#connections.delete(connection);
      this.#limits.forget(connection);
    });
  }

  #change(
    what: string,
    direction: Direction | undefined,
    change: (conditions: Conditions) => void,
  ): void {
    this.#recorder?.mark("fault", direction ? `${what}, ${direction}` : what);
    const { requests, replies } = this.#line.conditions;
    if (direction !== "replies") change(requests);
    if (direction !== "requests") change(replies);
    for (const connection of this.#connections) connection.pump();
  }

  #tracing(): Recorder {
    if (!this.#recorder)
      throw new Error('this link keeps no trace; see link(..., { trace: "..." })');
    return this.#recorder;
  }
}

function demand(condition: unknown, message: string): void {
  if (!condition) throw new RangeError(message);
}
