// etcd: one member, or several that elect a leader. It speaks gRPC and, on the same port, JSON over
// HTTP (/v3/kv/put), with keys and values in base64.

import { numbered, type Place, service } from "#kit";
import { ask } from "./http.ts";

/** What a lab does with etcd. */
export interface EtcdFace {
  /** http://host:port of every member, in order. */
  readonly endpoints: readonly string[];
  /** Runs etcdctl (API 3) against all members and resolves with what it prints. */
  etcdctl(...args: string[]): Promise<string>;
}

interface Options {
  /** How many members: "etcd-1" and so on. */
  readonly nodes: number;
  /** Further flags, by name, such as { "election-timeout": "500" }. */
  readonly config: Record<string, string>;
}

export const etcd = service<Options, EtcdFace>({
  name: "etcd",
  image: "quay.io/coreos/etcd:v3.6.5",
  port: 2379,
  program: "etcd",
  packages: { apt: "etcd-server etcd-client", dnf: "etcd", brew: "etcd" },
  version: { args: ["--version"], pattern: /etcd Version: (\d+\.\d+\.\d+)/, atLeast: "3.4.0" },
  options: { nodes: 1, config: {} },
  nodes: ({ nodes }) => (nodes === 1 ? ["etcd"] : numbered("etcd", nodes)),
  ports: () => ["peer"],
  command: (place) => ({ args: flagsOf(place).map(([name, value]) => `--${name}=${value}`) }),
  ready: async (place) => {
    const { health } = JSON.parse(await ask(place, { path: "/health" }));
    if (health !== "true") throw new Error("there is no leader");
  },
  reset: (at) => at.renew(),
  open: (at) => {
    const endpoints = Object.values(at.nodes).map(({ host, port }) => `http://${host}:${port}`);
    return {
      endpoints,
      etcdctl: (...args) => at.tool("etcdctl", [`--endpoints=${endpoints}`, ...args]),
    };
  },
});

function flagsOf({ node, bind, host, port, ports, peers, options }: Place<Options>) {
  const members = Object.entries(peers).map(
    ([name, peer]) => `${name}=http://${peer.host}:${peer.ports.peer}`,
  );
  return Object.entries({
    name: node,
    "data-dir": "data",
    "listen-client-urls": `http://${bind}:${port}`,
    "advertise-client-urls": `http://${host}:${port}`,
    "listen-peer-urls": `http://${bind}:${ports.peer}`,
    "initial-advertise-peer-urls": `http://${host}:${ports.peer}`,
    "initial-cluster": members.join(","),
    ...options.config,
  });
}
