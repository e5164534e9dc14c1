// The node exporter of Prometheus: the machine's own measurements, and those that a lab writes.

import { type Files, service } from "#kit";
import { ask } from "./http.ts";

/** What a lab does with the node exporter. */
export interface NodeExporterFace {
  /** http://host:port/metrics */
  readonly url: string;
  /** Writes files of measurements, by names that end in .prom; the next scrape shows them. */
  write(files: Files): Promise<void>;
}

interface Options {
  /** Further flags, such as ["--collector.disable-defaults"]. */
  readonly args: readonly string[];
}

export const nodeExporter = service<Options, NodeExporterFace>({
  name: "node-exporter",
  image: "prom/node-exporter:v1.9.1",
  port: 9100,
  program: "node_exporter",
  aliases: ["prometheus-node-exporter"],
  packages: {
    apt: "prometheus-node-exporter",
    dnf: "golang-github-prometheus-node-exporter",
    brew: "node_exporter",
  },
  version: { args: ["--version"], pattern: /version (\d+\.\d+\.\d+)/, atLeast: "1.5.0" },
  options: { args: [] },
  unprivileged: true,
  command: ({ bind, port, options }) => ({
    args: [
      ...[`--web.listen-address=${bind}:${port}`, "--log.level=warn"],
      "--collector.textfile.directory=.",
      ...options.args,
    ],
  }),
  ready: async (place) => {
    await ask(place, { path: "/metrics" });
  },
  reset: (at) => at.renew(),
  open: (at) => ({
    url: `http://${at.address.host}:${at.address.port}/metrics`,
    write: (files) => at.configure(files, "nothing"),
  }),
});
