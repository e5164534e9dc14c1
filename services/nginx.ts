// nginx. The service brings what every nginx needs, and the lab writes the content of the http
// block at the trial, when its own servers have addresses.

import { type At, type Files, nodeOf, numbered, type Place, service } from "#kit";
import {
  type Configuration,
  HEALTH_PORTS,
  healthPorts,
  isHealthy,
  takenOver,
  textFor,
} from "./configuration.ts";

/** What a lab does with nginx. Where no node is named, the first is meant. */
export interface NginxFace {
  /** http://host:port, where the lab's configuration listens. */
  readonly url: string;
  /**
   * Starts nginx anew with the content of its http block, and resolves when it serves.
   * Rejects with what nginx says of a wrong one.
   */
  configure(http: Configuration, node?: string): Promise<void>;
  /**
   * Has the running nginx take up the content of its http block. Resolves when its new workers
   * serve and no old one accepts connections any more.
   */
  reload(http: Configuration, node?: string): Promise<void>;
  /** Writes files, by path relative to nginx's own folder (its prefix), for it to serve. */
  write(files: Files, node?: string): Promise<void>;
  /** The text of a file in nginx's folder, such as an access log. */
  read(file: string, node?: string): Promise<string>;
}

interface Options {
  /** How many servers: "nginx-1" and so on. */
  readonly nodes: number;
  readonly workers: number;
}

export const nginx = service<Options, NginxFace>({
  name: "nginx",
  image: "nginx:1.28.0",
  port: 80,
  program: "nginx",
  packages: { apt: "nginx", dnf: "nginx", brew: "nginx" },
  version: { args: ["-v"], pattern: /nginx\/(\d+\.\d+\.\d+)/, atLeast: "1.22.0" },
  options: { nodes: 1, workers: 1 },
  nodes: ({ nodes }) => (nodes === 1 ? ["nginx"] : numbered("nginx", nodes)),
  ports: () => HEALTH_PORTS,
  unprivileged: true, // as root its workers would be others than its master, and own no folder
  command: (place) => ({
    args: argsOf(place),
    files: {
      "nginx.conf": mainConfig(place),
      "health.conf": healthConfig(place.host, place.ports.even!),
      "lab.conf": "",
    },
  }),
  check: (place) => ({ args: [...argsOf(place), "-t", "-q"] }),
  ready: isHealthy,
  reloadSignal: "SIGHUP",
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: openNginx,
});

function argsOf({ folder }: Place<Options>): string[] {
  return ["-p", `${folder}/`, "-c", "nginx.conf", "-e", "stderr"];
}

function mainConfig({ options }: Place<Options>): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    pid nginx.pid;
    worker_processes ${options.workers};
    events { worker_connections 4096; }
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${kind}_temp;`).join("\n      ")}
      include health.conf;
      include lab.conf;
    }
  `;
}

function healthConfig(host: string, port: number): string {
  return `server { listen ${host}:${port}; return 204; }\n`;
}

function openNginx(at: At): NginxFace {
  return {
    url: `http://${at.address.host}:${at.address.port}`,
    configure: (http, node) =>
      at.configure({ "lab.conf": textFor(http, at, node) }, "restart", node),
    async reload(http, node) {
      const address = nodeOf(at, node);
      const ports = await healthPorts(address);
      const files = {
        "lab.conf": textFor(http, at, node),
        "health.conf": healthConfig(address.host, ports.next),
      };
      await at.configure(files, "reload", node);
      await takenOver(address.host, ports);
    },
    write: (files, node) => at.configure(files, "nothing", node),
    read: (file, node) => at.read(file, node),
  };
}
