// A lab's own programs, such as the services behind a gateway, as processes of their own: what is
// killed, paused or cut off there is a real process. The lab starts them in each trial, when it
// knows the addresses that they need, and the runner stops them.
//
//   services: { orders: processes.with({ module: import.meta.resolve("./orders.ts"), count: 3 }) }
//   await orders.start({ REDIS_URL: redis.url });
//
// The program is a Node module that listens where HOST and PORT of its environment say.

import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type At, type Command, numbered, type Place, service } from "#kit";
import { ask } from "./http.ts";
import { accepts } from "./tcp.ts";

/** What a program gets from its environment; a number arrives as text. */
export type Variables = Readonly<Record<string, string | number>>;

/** What a lab does with its processes. */
export interface ProcessesFace {
  /** The names of the instances: "orders-1" and so on, for a module orders.ts. */
  readonly instances: readonly string[];
  /** http://host:port of every instance, in the same order. */
  readonly urls: readonly string[];
  /**
   * Starts these instances, or all; one that runs already is ended and started anew. Resolves when
   * all of them answer. Each finds HOST, PORT and its own NAME beside the variables.
   */
  start(variables?: Variables, instances?: readonly string[]): Promise<void>;
  /** Asks an instance, the first by default, to end (SIGTERM); after two seconds it is killed. */
  stop(instance?: string): Promise<void>;
}

interface Options {
  /** The program, as import.meta.resolve gives it. */
  readonly module: string;
  readonly count: number;
  /** A path that answers 200 once the program is ready; without one it is when it accepts. */
  readonly health: string;
}

export const processes = service<Options, ProcessesFace>({
  name: "processes",
  image: "node:24.11.1-bookworm-slim",
  port: 3000,
  program: "node",
  packages: {},
  version: { args: ["--version"], pattern: /v(\d+\.\d+\.\d+)/, atLeast: "24.6.0" },
  // The Node that runs the lab runs its programs.
  embedded: async () => ({
    program: process.execPath,
    version: process.versions.node,
    from: process.execPath.includes("node_modules") ? "npm" : "PATH",
  }),
  options: { module: "", count: 1, health: "" },
  onDemand: true,
  nodes: ({ module, count }) => numbered(basename(module, extname(module)), count),
  command,
  ready: async (place) => {
    const { health } = place.options;
    await (health ? ask(place, { path: health }) : accepts(place));
  },
  open: openProcesses,
});

function command({ node, bind, port, options }: Place<Options>): Command {
  return {
    args: [pathOf(options.module)],
    env: { HOST: bind, PORT: String(port), NAME: node },
  };
}

/** The path of a program that a lab brings. Throws when it has named none. */
export function pathOf(url: string): string {
  if (url) return fileURLToPath(url);
  throw new Error('which program? Name it, as in { module: import.meta.resolve("./api.ts") }');
}

/** Builds the face of processes that a lab starts. */
export function openProcesses(at: At): ProcessesFace {
  const instances = Object.keys(at.nodes);
  return {
    instances,
    urls: Object.values(at.nodes).map(({ host, port }) => `http://${host}:${port}`),
    async start(variables = {}, named = instances) {
      const texts = Object.entries(variables).map(([name, value]) => [name, String(value)]);
      await Promise.all(named.map((name) => at.start(Object.fromEntries(texts), name)));
    },
    stop: (instance) => at.stop(instance),
  };
}
