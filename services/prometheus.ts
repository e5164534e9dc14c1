// Prometheus. The lab writes what it scrapes and its rules at the trial, when its own servers have
// addresses.

import { type At, type Files, service, until } from "#kit";
import { type Configuration, textFor } from "./configuration.ts";
import { ask } from "./http.ts";

/** One series of an answer, as the query API gives it. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** [time in seconds, value as text], of an instant query. */
  readonly value?: readonly [number, string];
  /** The same for each step, of a range. */
  readonly values?: readonly (readonly [number, string])[];
}

/** What a lab does with Prometheus. */
export interface PrometheusFace {
  /** http://host:port, for its API and for remote write. */
  readonly url: string;
  /** Starts it anew with this prometheus.yml; its samples stay. Rejects with what promtool says. */
  configure(yaml: Configuration): Promise<void>;
  /** Has the running server take up this prometheus.yml. Rejects with what it says of a wrong one. */
  reload(yaml: Configuration): Promise<void>;
  /**
   * Resolves when so many targets have been scraped with success. For targets that are new that
   * takes up to five seconds, since Prometheus looks for them that often.
   */
  scraped(targets: number): Promise<void>;
  /** Writes files beside prometheus.yml, such as rules, which take effect with the next reload. */
  write(files: Files): Promise<void>;
  /** Evaluates an expression now, or at a time in seconds. Rejects when it is wrong. */
  query(expression: string, time?: number): Promise<Series[]>;
  /** Runs promtool beside prometheus.yml and resolves with what it prints; the samples are in data. */
  promtool(...args: string[]): Promise<string>;
}

interface Options {
  /** Further flags, by name, such as { "storage.tsdb.retention.time": "1d" }. */
  readonly config: Record<string, string>;
}

export const prometheus = service<Options, PrometheusFace>({
  name: "prometheus",
  image: "prom/prometheus:v3.5.0",
  port: 9090,
  program: "prometheus",
  packages: { apt: "prometheus", dnf: "golang-github-prometheus", brew: "prometheus" },
  version: { args: ["--version"], pattern: /version (\d+\.\d+\.\d+)/, atLeast: "2.42.0" },
  options: { config: {} },
  unprivileged: true,
  command: ({ bind, port, options }) => ({
    args: [
      ...["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn"],
      ...[`--web.listen-address=${bind}:${port}`, "--web.enable-lifecycle"],
      "--web.enable-admin-api",
      "--scrape.discovery-reload-interval=10ms", // else five seconds, after another five
      ...Object.entries(options.config).map(([name, value]) => `--${name}=${value}`),
    ],
    files: { "prometheus.yml": "global: {}\n" },
  }),
  check: () => ({ program: "promtool", args: ["check", "config", "prometheus.yml"] }),
  ready: async (place) => {
    await ask(place, { path: "/-/ready" });
  },
  stopSignal: "SIGTERM",
  reset: forget,
  open: openPrometheus,
});

/** How long a query or a reload may take. */
const ANSWER_MS = 10_000;

/**
 * Deletes all samples. The process and its configuration stay until the trial writes its own: a
 * target that the last trial had as well is then scraped at once, and not five seconds later.
 */
async function forget(at: At): Promise<void> {
  const all = new URLSearchParams({ "match[]": '{__name__=~".+"}' });
  const path = `/api/v1/admin/tsdb/delete_series?${all}`;
  await ask(at.address, { path, method: "POST", withinMs: ANSWER_MS });
}

function openPrometheus(at: At): PrometheusFace {
  const query: PrometheusFace["query"] = async (expression, time) => {
    const asked = new URLSearchParams({ query: expression, ...(time && { time: String(time) }) });
    const path = `/api/v1/query?${asked}`;
    return JSON.parse(await ask(at.address, { path, withinMs: ANSWER_MS })).data.result;
  };
  return {
    url: `http://${at.address.host}:${at.address.port}`,
    configure: (yaml) => at.configure({ "prometheus.yml": textFor(yaml, at) }, "restart"),
    async reload(yaml) {
      await at.configure({ "prometheus.yml": textFor(yaml, at) }, "nothing");
      await ask(at.address, { path: "/-/reload", method: "POST", withinMs: ANSWER_MS });
    },
    write: (files) => at.configure(files, "nothing"),
    async scraped(targets) {
      await until(
        `${targets} targets to be scraped`,
        async () => (await query("up == 1")).length === targets,
        { withinMs: 10_000, everyMs: 20 },
      );
    },
    query,
    promtool: (...args) => at.tool("promtool", args),
  };
}
