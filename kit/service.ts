// A service is a real server, described as data: how it is found, started, known to be ready,
// reached and stopped. Nothing here runs anything; the runner reads the description in its own
// process, and the lab reaches the running server through the face that `open` builds.

import type { Counts } from "./link/counts.ts";
import type { Protocol } from "./link/decode/protocols.ts";

/** Where a TCP server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where one node of a service listens. */
export interface NodeAddress extends Address {
  /** More ports of it, by the names that the service asked for. */
  readonly ports: Readonly<Record<string, number>>;
}

/** One process of a service, placed in a folder, natively on free ports, in a container on its own. */
export interface Place<Options> extends NodeAddress {
  /** The node's name within its service, such as "primary". */
  readonly node: string;
  /** The IP address to listen on. */
  readonly bind: string;
  /** A folder of its own, empty at the first start and kept over a restart. */
  readonly folder: string;
  /** Every node of the service by name, this one included. */
  readonly peers: Readonly<Record<string, NodeAddress>>;
  readonly options: Options;
}

/** How to start one node. The program itself is the runner's to find. */
export interface Command {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files to write before every start, by path relative to the node's folder. */
  readonly files?: Files;
  /** Files to write before the first start only, since the server rewrites them itself. */
  readonly seeds?: Files;
  /** Another program than the service's own, for a service of several kinds of process. */
  readonly program?: string;
}

/** Texts by path, relative to a node's folder. */
export type Files = Readonly<Record<string, string>>;

/** A server program as it was found on this machine, or in a container. */
export interface Found {
  readonly program: string;
  readonly version: string;
  readonly from: "npm" | "PATH" | "cache" | "image";
}

/** What a lab gets to reach a running service. */
export interface At {
  /** The first node, or the link that stands before it. */
  readonly address: Address;
  readonly nodes: Readonly<Record<string, NodeAddress>>;
  /** Where the lab reaches a node: the node itself, or the link that stands before it. */
  addressOf(node: string): Address;
  /** What the lab was given of a shared server: a database, a virtual host, a prefix. */
  readonly tenant: string;
  /** The options that the lab chose, as plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Hands a resource over to the bench, which closes it when the trial ends, and returns it. */
  own<R extends AsyncDisposable>(resource: R): R;
  /**
   * Rewrites files in a node's folder, which only the runner may do, and then starts the node again
   * or signals it to reload. The files stay over a restart. Where the form can check a configuration
   * it is checked first. Rejects with the server's own words, and the old files are back.
   */
  configure(files: Files, then: "restart" | "reload" | "nothing", node?: string): Promise<void>;
  /** The text of a file in a node's folder, such as a log. */
  read(file: string, node?: string): Promise<string>;
  /**
   * Runs a tool that comes with the server (promtool, etcdctl) in a node's folder, and resolves with
   * what it prints. Rejects with its own words when it fails.
   */
  tool(program: string, args: readonly string[], node?: string): Promise<string>;
  /** Stops all nodes and starts them on empty folders, as for the first time. */
  renew(): Promise<void>;
  /** Starts a node of a service on demand, again where it runs, with variables of its own. */
  start(variables: Readonly<Record<string, string>>, node?: string): Promise<void>;
  /** Stops a node by the service's own signal, and waits until it is gone. */
  stop(node?: string): Promise<void>;
}

/** Processes can fail; each of these resolves when the fault is done. Without a name: the first node. */
export interface Faults {
  /** kill -9, and wait until the process is gone. */
  kill(node?: string): Promise<void>;
  /** SIGSTOP: the process keeps its connections and answers nothing. */
  pause(node?: string): Promise<void>;
  /** SIGCONT. */
  resume(node?: string): Promise<void>;
  /** Stops the process, where it still runs, starts it on the same data and waits until it is ready. */
  restart(node?: string): Promise<void>;
}

/** A running service in a lab's hands. */
export type Running<Face> = Face &
  Faults & {
    readonly address: Address;
    readonly nodes: At["nodes"];
    /**
     * What has gone between the lab's own process and this service since the trial began, counted at
     * the sockets. What other processes exchange with it is not in it; a link counts that.
     */
    counts(): Counts;
    /** The same service, reached through a link (or any other address). */
    through(link: { readonly address: Address }): Running<Face>;
  };

/** The description of a server; see services/redis.ts for the shortest one. */
export interface ServiceForm<Options extends object, Face extends object> {
  /** The name of its file. */
  readonly name: string;
  /** The official image with a pinned tag, for compose. */
  readonly image: string;
  /** What it speaks, where a link can tell its messages apart. */
  readonly protocol?: Protocol;
  /** Why compose cannot start it from that image, as the end of a sentence. */
  readonly notFromImage?: string;
  /**
   * What asks the same as `ready` by means that the image has, as a program and its arguments; it
   * exits with 0 for yes. Where there is none, compose has no health check.
   */
  healthy?(place: Place<Options>): readonly string[];
  /** The port inside the image. */
  readonly port: number;
  /** The program's name on PATH. */
  readonly program: string;
  /** Other names of the program, as some packages have it. */
  readonly aliases?: readonly string[];
  /** Package names by package manager. */
  readonly packages: Readonly<Partial<Record<"apt" | "dnf" | "brew", string>>>;
  /** How the program tells its version, and the oldest that the labs work with. */
  readonly version: {
    readonly args: readonly string[];
    readonly pattern: RegExp;
    readonly atLeast: string;
  };
  /** A program that came with npm or lies in this cache folder; asked before PATH. */
  embedded?(cache: string): Promise<Found | undefined>;
  /** Brings the program into the cache, in a folder named by the key; for one without a package. */
  readonly download?: Preparation;
  /** The options with their defaults, as plain data. */
  readonly options: Options;
  /** The nodes' names, the first being the one that `address` means; one node by default. */
  nodes?(options: Options): readonly string[];
  /** Names of further ports that each node needs. */
  ports?(options: Options): readonly string[];
  /** True where the server refuses to run as root. */
  readonly unprivileged?: boolean;
  /** Fills an empty data folder; its result is cached and copied (the runner runs these commands). */
  prepare?(options: Options): Preparation;
  command(place: Place<Options>): Command;
  /** Resolves when the node answers its own protocol; throws while it does not. Polled. */
  ready(place: Place<Options>): Promise<void>;
  /** The command that exits with 0 when the files in the node's folder are a right configuration. */
  check?(place: Place<Options>): Pick<Command, "program" | "args">;
  /** The signal on which the server takes up a new configuration. */
  readonly reloadSignal?: NodeJS.Signals;
  /** True where the lab starts the nodes, in each trial, with what only the trial knows. */
  readonly onDemand?: boolean;
  /** Joins the nodes, once all are ready. */
  form?(places: Readonly<Record<string, Place<Options>>>): Promise<void>;
  /** The signal that stops it fast and clean; SIGKILL follows after two seconds. */
  readonly stopSignal?: NodeJS.Signals;
  /** The lines of its log that say what went wrong, where those are not the last ones. */
  readonly complaints?: RegExp;
  /** How long a start may take, in seconds; 15 by default. */
  readonly startSeconds?: number;
  /** For a server that labs share: makes a room of one's own in it, and takes it away again. */
  readonly tenants?: {
    open(first: NodeAddress, name: string): Promise<void>;
    close(first: NodeAddress, name: string): Promise<void>;
  };
  /** Makes the server as new before each trial. */
  reset?(at: At): Promise<void>;
  /** Builds what the lab uses. Clients are opened through `at.own`. */
  open(at: At): Face;
}

/** Commands that fill a folder in the cache, and the name that tells one such folder from another. */
export interface Preparation {
  readonly key: string;
  /** Files to write before the first command. */
  readonly files?: Files;
  /** Program (beside the service's own, or on PATH) and arguments for a folder; run in turn. */
  commands(folder: string): readonly (readonly string[])[];
}

/** A service as a lab names it: the form and what the lab chose of it. */
export interface Service<Options extends object = object, Face extends object = object> {
  readonly form: ServiceForm<Options, Face>;
  readonly chosen: Partial<Options>;
  /** True when the lab wants a server that no other lab uses. */
  readonly alone: boolean;
  /** The same service with other options. It is then a server of the lab's own. */
  with(options: Partial<Options>): Service<Options, Face>;
  /** The same service as a server of the lab's own, which it may kill. */
  own(): Service<Options, Face>;
}

/** Declares a service. */
export function service<Options extends object, Face extends object>(
  form: ServiceForm<Options, Face>,
): Service<Options, Face> {
  return choose(form, {}, form.tenants === undefined);
}

function choose<Options extends object, Face extends object>(
  form: ServiceForm<Options, Face>,
  chosen: Partial<Options>,
  alone: boolean,
): Service<Options, Face> {
  return {
    form,
    chosen,
    alone,
    with: (options) => choose(form, { ...chosen, ...options }, true),
    own: () => choose(form, chosen, true),
  };
}

/** The names of like nodes: "replica-1", "replica-2" and so on. */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** A node by its name, the first when none is given. Throws when there is no such node. */
export function nodeOf(at: Pick<At, "nodes">, name = Object.keys(at.nodes)[0]!): NodeAddress {
  const node = at.nodes[name];
  if (!node) throw new Error(`no node "${name}"; there are ${Object.keys(at.nodes).join(", ")}`);
  return node;
}

/** Gives a client an end that `await using` sees. The client itself stays what it is. */
export function closing<Client extends object>(
  client: Client,
  close: (client: Client) => unknown,
): Client & AsyncDisposable {
  let closed: Promise<void> | undefined; // the bench closes again what `await using` has closed
  return Object.assign(client, {
    [Symbol.asyncDispose]: () => {
      closed ??= (async () => {
        await close(client);
      })();
      return closed;
    },
  });
}
