// A service is a real server, described as data: how it is found, started, known to be ready,
// reached and stopped. Nothing here runs anything; the runner reads the description in its own
// process, and the lab reaches the running server through the face that `open` builds.

/** Where a TCP server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One process of a service, placed: natively in a folder on a free port, in compose on a host. */
export interface Place<Options> extends Address {
  /** The node's name within its service, such as "primary". */
  readonly node: string;
  /** A folder of its own, empty at the first start and kept over a restart. */
  readonly folder: string;
  /** More free ports, by the names that the service asked for. */
  readonly ports: Readonly<Record<string, number>>;
  /** Every node of the service by name, this one included. */
  readonly peers: Readonly<Record<string, Address & { ports: Readonly<Record<string, number>> }>>;
  readonly options: Options;
}

/** How to start one node. The program itself is the runner's to find. */
export interface Command {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files to write before the start, by path relative to the node's folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Another program than the service's own, for a service of several kinds of process. */
  readonly program?: string;
}

/** A server program as it was found on this machine. */
export interface Found {
  readonly program: string;
  readonly version: string;
  readonly from: "npm" | "PATH" | "cache";
}

/** What a lab gets to reach a running service. */
export interface At {
  /** The first node, or the link that stands before it. */
  readonly address: Address;
  readonly nodes: Readonly<Record<string, Address & { ports: Readonly<Record<string, number>> }>>;
  /** What the lab was given of a shared server: a database, a virtual host, a prefix. */
  readonly tenant: string;
  /** The options that the lab chose, as plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Hands a resource over to the bench, which closes it when the trial ends, and returns it. */
  own<R extends AsyncDisposable>(resource: R): R;
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
    /** The same service, reached through a link (or any other address). */
    through(link: { readonly address: Address }): Running<Face>;
  };

/** The description of a server; see services/redis.ts for the shortest one. */
export interface ServiceForm<Options extends object, Face extends object> {
  /** The name of its file. */
  readonly name: string;
  /** The official image with a pinned tag, for compose. */
  readonly image: string;
  /** The port inside the image. */
  readonly port: number;
  /** The program's name on PATH. */
  readonly program: string;
  /** Package names by package manager. */
  readonly packages: Readonly<Partial<Record<"apt" | "dnf" | "brew", string>>>;
  /** How the program tells its version, and the oldest that the labs work with. */
  readonly version: {
    readonly args: readonly string[];
    readonly pattern: RegExp;
    readonly atLeast: string;
  };
  /** A program that came with npm or lies in the cache; asked before PATH. */
  embedded?(): Promise<Found | undefined>;
  /** The options with their defaults, as plain data. */
  readonly options: Options;
  /** The nodes' names, the first being the one that `address` means; one node by default. */
  nodes?(options: Options): readonly string[];
  /** Names of further ports that each node needs. */
  readonly ports?: readonly string[];
  /** True where the server refuses to run as root. */
  readonly unprivileged?: boolean;
  /** Fills an empty data folder; its result is cached and copied (the runner runs these commands). */
  prepare?(options: Options): Preparation;
  command(place: Place<Options>): Command;
  /** Resolves when the node answers its own protocol; throws while it does not. Polled. */
  ready(place: Place<Options>): Promise<void>;
  /** Joins the nodes, once all are ready. */
  form?(places: Readonly<Record<string, Place<Options>>>): Promise<void>;
  /** The signal that stops it fast and clean; SIGKILL follows after two seconds. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long a start may take, in seconds; 15 by default. */
  readonly startSeconds?: number;
  /** For a server that labs share: makes a room of one's own in it, and takes it away again. */
  readonly tenants?: {
    open(address: Address, name: string): Promise<void>;
    close(address: Address, name: string): Promise<void>;
  };
  /** Makes the server as new before each trial. */
  reset?(at: At): Promise<void>;
  /** Builds what the lab uses. Clients are opened through `at.own`. */
  open(at: At): Face;
}

/** Commands that fill a template folder, and the name that tells one template from another. */
export interface Preparation {
  readonly key: string;
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

/** Gives a client an end that `await using` sees. The client itself stays what it is. */
export function closing<Client extends object>(
  client: Client,
  close: (client: Client) => unknown,
): Client & AsyncDisposable {
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => {
      await close(client);
    },
  });
}
