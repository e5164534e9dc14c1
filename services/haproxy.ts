// HAProxy, with its runtime API. The lab writes frontends and backends at the trial, when its own
// servers have addresses.

import { once } from "node:events";
import { connect } from "node:net";
import { type Address, type At, nodeOf, numbered, type Place, service } from "#kit";
import {
  type Configuration,
  HEALTH_PORTS,
  healthPorts,
  isHealthy,
  takenOver,
  textFor,
} from "./configuration.ts";

/** What a lab does with HAProxy. Where no node is named, the first is meant. */
export interface HaproxyFace {
  /** http://host:port, where the lab's configuration listens. */
  readonly url: string;
  /**
   * Starts HAProxy anew with these sections, and resolves when it serves. Before them stand
   * defaults: mode http, 1 s to connect, 10 s for client and server. Rejects with what HAProxy says
   * of wrong ones.
   */
  configure(sections: Configuration, node?: string): Promise<void>;
  /**
   * Has the running HAProxy take up these sections. Resolves when its new worker serves and the old
   * one accepts no connections any more.
   */
  reload(sections: Configuration, node?: string): Promise<void>;
  /** Gives a command to the runtime API, such as "set server app/a state drain"; returns its answer. */
  tell(command: string, node?: string): Promise<string>;
  /** The rows of "show stat", each by the names of its columns, such as pxname, svname, status, stot. */
  stats(node?: string): Promise<Record<string, string>[]>;
}

interface Options {
  /** How many servers: "haproxy-1" and so on. */
  readonly nodes: number;
  /** Names of further ports to listen on, for a configuration with several frontends. */
  readonly listeners: readonly string[];
}

export const haproxy = service<Options, HaproxyFace>({
  name: "haproxy",
  image: "haproxy:3.2.0",
  port: 8080,
  program: "haproxy",
  packages: { apt: "haproxy", dnf: "haproxy", brew: "haproxy" },
  version: { args: ["-v"], pattern: /version (\d+\.\d+\.\d+)/, atLeast: "2.6.0" },
  options: { nodes: 1, listeners: [] },
  nodes: ({ nodes }) => (nodes === 1 ? ["haproxy"] : numbered("haproxy", nodes)),
  ports: ({ listeners }) => [...HEALTH_PORTS, "runtime", ...listeners],
  command: (place) => ({
    args: ["-W", "-db", ...FILES],
    files: {
      "main.cfg": mainConfig(place),
      "health.cfg": healthConfig(place.host, place.ports.even!),
      "lab.cfg": "",
    },
  }),
  check: () => ({ args: ["-c", ...FILES] }),
  ready: isHealthy,
  reloadSignal: "SIGUSR2",
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: openHaproxy,
});

const FILES = ["main.cfg", "health.cfg", "lab.cfg"].flatMap((file) => ["-f", file]);

function mainConfig({ host, ports }: Place<Options>): string {
  return `
global
  stats socket ipv4@${host}:${ports.runtime} level admin expose-fd listeners
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
`;
}

function healthConfig(host: string, port: number): string {
  return `
frontend health
  bind ${host}:${port}
  http-request return status 204
`;
}

function openHaproxy(at: At): HaproxyFace {
  const tell: HaproxyFace["tell"] = (command, node) => {
    const { host, ports } = nodeOf(at, node);
    return tellRuntime({ host, port: ports.runtime! }, command);
  };
  return {
    url: `http://${at.address.host}:${at.address.port}`,
    configure: (sections, node) =>
      at.configure({ "lab.cfg": textFor(sections, at, node) }, "restart", node),
    async reload(sections, node) {
      const address = nodeOf(at, node);
      const ports = await healthPorts(address);
      const files = {
        "lab.cfg": textFor(sections, at, node),
        "health.cfg": healthConfig(address.host, ports.next),
      };
      await at.configure(files, "reload", node);
      await takenOver(address.host, ports);
    },
    tell,
    stats: async (node) => rowsOf(await tell("show stat", node)),
  };
}

/** The runtime API takes one command a connection, and closes it after the answer. */
async function tellRuntime({ host, port }: Address, command: string): Promise<string> {
  const socket = connect(port, host);
  await once(socket, "connect");
  socket.write(`${command}\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString().trim();
}

/** Comma-separated rows below a line of names, which begins with a hash. */
function rowsOf(table: string): Record<string, string>[] {
  const [head = "", ...lines] = table.split("\n");
  const names = head.replace("# ", "").split(",");
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]));
  });
}
