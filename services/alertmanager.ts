// Alertmanager: one, or several that tell each other what they have sent.

import { type At, numbered, type Place, service, until } from "#kit";
import { type Configuration, textFor } from "./configuration.ts";
import { ask } from "./http.ts";

/** What a lab does with Alertmanager. */
export interface AlertmanagerFace {
  /** http://host:port of every instance, in order; alerts are posted to each one's /api/v2/alerts. */
  readonly urls: readonly string[];
  /** Has every instance take up this alertmanager.yml. Rejects with what it says of a wrong one. */
  configure(yaml: Configuration): Promise<void>;
}

interface Options {
  /** How many instances: "alertmanager-1" and so on. */
  readonly nodes: number;
  /** Whether they know each other. */
  readonly clustered: boolean;
  /** Further flags, by name, such as { "cluster.peer-timeout": "2s" }. */
  readonly config: Record<string, string>;
}

export const alertmanager = service<Options, AlertmanagerFace>({
  name: "alertmanager",
  image: "prom/alertmanager:v0.28.1",
  port: 9093,
  program: "alertmanager",
  aliases: ["prometheus-alertmanager"],
  packages: {
    apt: "prometheus-alertmanager",
    dnf: "golang-github-prometheus-alertmanager",
    brew: "alertmanager",
  },
  version: { args: ["--version"], pattern: /version (\d+\.\d+\.\d+)/, atLeast: "0.25.0" },
  options: { nodes: 1, clustered: true, config: {} },
  nodes: ({ nodes }) => (nodes === 1 ? ["alertmanager"] : numbered("alertmanager", nodes)),
  ports: () => ["cluster"],
  unprivileged: true,
  command: (place) => ({
    args: [
      ...["--config.file=alertmanager.yml", "--storage.path=data", "--log.level=warn"],
      `--web.listen-address=${place.bind}:${place.port}`,
      ...clusterFlags(place),
      ...Object.entries(place.options.config).map(([name, value]) => `--${name}=${value}`),
    ],
    files: { "alertmanager.yml": "route: { receiver: none }\nreceivers: [{ name: none }]\n" },
  }),
  check: () => ({ program: "amtool", args: ["check-config", "alertmanager.yml"] }),
  ready: async (place) => {
    await ask(place, { path: "/-/ready" });
  },
  form,
  reset: (at) => at.renew(),
  open: openAlertmanager,
});

function clusterFlags({ node, bind, ports, peers, options }: Place<Options>): string[] {
  if (!options.clustered) return ["--cluster.listen-address="];
  const others = Object.entries(peers).filter(([name]) => name !== node);
  return [
    `--cluster.listen-address=${bind}:${ports.cluster}`,
    // It calls itself settled after some forty of these, and tries again for peers that were late.
    ...["--cluster.gossip-interval=20ms", "--cluster.reconnect-interval=100ms"],
    ...others.map(([, peer]) => `--cluster.peer=${peer.host}:${peer.ports.cluster}`),
  ];
}

/** Waits until every instance sees all others. */
async function form(places: Readonly<Record<string, Place<Options>>>): Promise<void> {
  const all = Object.values(places);
  if (!all[0]?.options.clustered || all.length === 1) return;
  const joined = all.map((place) =>
    until("the instances to see each other", async () => {
      const { cluster } = JSON.parse(await ask(place, { path: "/api/v2/status" }));
      return cluster.status === "ready" && cluster.peers.length === all.length;
    }),
  );
  await Promise.all(joined);
}

function openAlertmanager(at: At): AlertmanagerFace {
  return {
    urls: Object.values(at.nodes).map(({ host, port }) => `http://${host}:${port}`),
    async configure(yaml) {
      for (const [node, address] of Object.entries(at.nodes)) {
        await at.configure({ "alertmanager.yml": textFor(yaml, at, node) }, "nothing", node);
        await ask(address, { path: "/-/reload", method: "POST", withinMs: 10_000 });
      }
    },
  };
}
