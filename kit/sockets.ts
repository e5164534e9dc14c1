// Counts what a process exchanges with its servers, at its own sockets: no proxy stands in between,
// and what is counted costs next to nothing.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { type Counts, Meter, NO_COUNTS } from "./link/counts.ts";

/** Node tells of every socket that is about to connect. */
const CHANNEL = "net.client.socket";

interface Watched {
  readonly socket: Socket;
  readonly counts: Counts;
  port: number | undefined;
}

/** Watches the sockets that this process opens, until it is disposed of. */
export class SocketCounter implements Disposable {
  readonly #watched: Watched[] = [];
  readonly #watch = (message: unknown) => this.#add((message as { socket: Socket }).socket);

  constructor() {
    subscribe(CHANNEL, this.#watch);
  }

  /** What has gone to these ports and come back since, over connections that stand or have ended. */
  counts(ports: ReadonlySet<number>): Counts {
    const total = { ...NO_COUNTS };
    for (const { socket, counts, port } of this.#watched) {
      if (port === undefined || !ports.has(port)) continue;
      total.connections += 1;
      total.roundTrips += counts.roundTrips;
      total.requestBytes += socket.bytesWritten;
      total.replyBytes += socket.bytesRead;
    }
    return total;
  }

  [Symbol.dispose](): void {
    unsubscribe(CHANNEL, this.#watch);
  }

  #add(socket: Socket): void {
    const watched: Watched = { socket, counts: { ...NO_COUNTS }, port: undefined };
    this.#watched.push(watched);
    socket.once("connect", () => {
      watched.port = socket.remotePort;
    });
    const meter = new Meter(watched.counts);
    // A listener for data would set a paused stream going, and `connect` puts a new `write` into its
    // place, so it is what they call that is wrapped: the three methods of every Duplex.
    before(socket, "push", (chunk) => chunk && meter.arrived("replies"));
    before(socket, "_write", () => meter.arrived("requests"));
    before(socket, "_writev", () => meter.arrived("requests"));
  }
}

/** Has a method of one socket do something first. */
function before(
  socket: Socket,
  method: "push" | "_write" | "_writev",
  first: (argument: unknown) => void,
): void {
  const original = socket[method] as (...given: unknown[]) => unknown;
  Object.assign(socket, {
    [method]: (...given: unknown[]) => {
      first(given[0]);
      return original.apply(socket, given);
    },
  });
}
