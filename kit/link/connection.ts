import { Socket } from "node:net";
import { Random } from "../random.ts";
import type { Address } from "../service.ts";
import type { Conditions, Direction } from "./conditions.ts";
import { type Counts, Meter } from "./counts.ts";
import { decodersFor, type Protocol } from "./decode/protocols.ts";
import { Flow, type Surroundings } from "./flow.ts";
import { Limit, type Terms } from "./limit.ts";
import type { Named, Recorder } from "./trace.ts";
import { Track } from "./track.ts";

/** Where a server listens: a TCP port, or the path of a unix socket. */
export type Target = Address | { path: string };

/** What a connection takes from its link. */
export interface Line {
  target: Target;
  conditions: Record<Direction, Conditions>;
  counts: Counts;
  seed: number;
  /** What traces call its clients. */
  client: string | undefined;
  tracing: { protocol: Protocol; recorder: Recorder } | undefined;
}

/** One client's connection through a link: two sockets, and a flow each way between them. */
export class Connection {
  readonly requests: Flow;
  readonly replies: Flow;
  /** Its name in traces. */
  readonly named: Named;
  readonly #tracks: Record<Direction, Track> | undefined;
  readonly #client: Socket;
  readonly #server = new Socket({ allowHalfOpen: true });

  constructor(client: Socket, line: Line) {
    this.#client = client;
    this.#server.setNoDelay();
    const meter = new Meter(line.counts);
    const name = line.client ?? `client ${line.counts.connections}`;
    this.named = { name, fixed: line.client !== undefined };
    this.#tracks = tracksFor(line, this.named);
    this.requests = new Flow(client, this.#server, this.#surroundings("requests", line, meter));
    this.replies = new Flow(this.#server, client, this.#surroundings("replies", line, meter));
    // The opening travels like a request: a cut or slow link keeps it from the server as well.
    this.requests.send("open");
  }

  /** Settles when both sockets are closed. */
  async closed(): Promise<void> {
    await Promise.all([this.#client, this.#server].map(closing));
  }

  /** Limits one direction from now on; `reached` is called once, when more waits. */
  limit(terms: Terms, reached: () => void): void {
    const flow = this[terms.direction];
    const limit = new Limit(terms, flow.passed, reached);
    for (const end of this.#tracks?.[terms.direction].ends ?? []) limit.messageEnds(end);
    flow.limit = limit;
  }

  /** Stops both directions of this connection; nobody is told. */
  stop(): void {
    this.requests.stopped = true;
    this.replies.stopped = true;
  }

  resume(): void {
    this.requests.stopped = false;
    this.replies.stopped = false;
    this.pump();
  }

  /** Lets pass what may pass by now. */
  pump(): void {
    this.requests.pump();
    this.replies.pump();
  }

  /** Resets the connection at one end, while the other end hears nothing of it. */
  lose(end: "client" | "server"): void {
    this.stop();
    abort(end === "client" ? this.#client : this.#server);
  }

  /** Resets the connection at both ends. */
  reset(): void {
    this.#forget();
    abort(this.#client);
    abort(this.#server);
  }

  /** Closes both sockets without a word. */
  destroy(): void {
    this.#forget();
    this.#client.destroy();
    this.#server.destroy();
  }

  #forget(): void {
    this.requests.close();
    this.replies.close();
  }

  #surroundings(direction: Direction, line: Line, meter: Meter): Surroundings {
    const stream = line.counts.connections * 2 + (direction === "requests" ? 0 : 1);
    const random = new Random(line.seed + stream);
    return {
      conditions: line.conditions[direction],
      random: () => random.next(),
      open: () => this.#server.connect(line.target),
      reset: () => this.reset(),
      arrived: (chunk) => {
        meter.arrived(direction);
        const ends = this.#tracks?.[direction].arrived(chunk) ?? [];
        for (const end of ends) this[direction].limit?.messageEnds(end);
      },
      delivered: (bytes) => {
        meter.delivered(direction, bytes);
        this.#tracks?.[direction].delivered(this[direction].passed);
      },
    };
  }
}

function tracksFor(line: Line, named: Named): Record<Direction, Track> | undefined {
  if (!line.tracing) return undefined;
  const { protocol, recorder } = line.tracing;
  const decoders = decodersFor(protocol);
  const trackOf = (direction: Direction) =>
    new Track(decoders[direction], { recorder, counts: line.counts }, named, direction);
  return { requests: trackOf("requests"), replies: trackOf("replies") };
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Sends RST where the transport knows it; a unix socket just closes. */
function abort(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
