// A metric with a label is as many time series as the label has values, and Prometheus keeps every
// one of them. If the label is the path of the request, its values are whatever strangers ask for.
// The route has few values, and does not say which address it was. A limit on the scrape keeps
// Prometheus whole, by refusing all that the service has to say.

import { randomUUID } from "node:crypto";
import { lab, repeat, until } from "#kit";
import { processes } from "#services/processes";
import { prometheus } from "#services/prometheus";
import { rawPath, route } from "./labels.ts";

const FAILING = "/orders/3";

/** A number that Prometheus shows of itself. */
async function ownMetric(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(page)?.[1]);
}

export default lab({
  title: "A label that a stranger can fill",
  question:
    "What happens to the monitoring when a crawler invents addresses and the address is a label?",
  services: {
    prometheus,
    shop: processes.with({ module: import.meta.resolve("./shop.ts") }),
  },
  knobs: { addresses: 300, sampleLimit: 100, scrapeMs: { value: 50, from: 20, to: 1000 } },
  arms: {
    "raw-path": { label: rawPath, isLimited: false },
    "route-template": { label: route, isLimited: false },
    "sample-limit": { label: rawPath, isLimited: true },
  },

  async trial({ label, isLimited }, { prometheus, shop, knobs }) {
    const { addresses, sampleLimit, scrapeMs } = knobs;
    const url = shop.urls[0] as string;
    await shop.start({ LABEL: label.name, FAILING });
    await prometheus.reload(`
      global: { scrape_interval: ${scrapeMs}ms, scrape_timeout: ${scrapeMs}ms }
      scrape_configs:
        - job_name: shop
          sample_limit: ${isLimited ? sampleLimit : 0}
          static_configs: [{ targets: ["${new URL(url).host}"] }]
    `);
    const ask = async (path: string) => (await fetch(url + path)).text();
    /** Waits until Prometheus has taken in, or refused, a page that it asked for after this call. */
    const scraped = async () => {
      const { scrapes } = JSON.parse(await ask("/seen"));
      await until("two scrapes", async () => JSON.parse(await ask("/seen")).scrapes >= scrapes + 2);
    };
    const series = () => ownMetric(prometheus.url, "prometheus_tsdb_head_series");
    const refusals = () =>
      ownMetric(prometheus.url, "prometheus_target_scrapes_exceeded_sample_limit_total");
    const crawl = (times: number) => repeat(times, () => ask(`/orders/${randomUUID()}`));

    await repeat(5, (order) => ask(`/orders/${order}`));
    await prometheus.scraped(1);
    await scraped();
    const failing = await prometheus.query('requests_total{status="500"}');
    const before = { series: await series(), refusals: await refusals() };

    await crawl(sampleLimit / 2); // so far every scrape is within the limit
    await scraped();
    await crawl(addresses - sampleLimit / 2);
    await scraped();
    const [up] = await prometheus.query("up");
    return {
      isNamed: failing.some(({ metric }) => metric.path === FAILING),
      added: (await series()) - before.series,
      isWatched: up?.value?.[1] === "1",
      bytes: JSON.parse(await ask("/seen")).bytes as number,
      refused: (await refusals()) - before.refusals,
    };
  },

  claims: {
    "A crawl of invented addresses adds fewer than 10 series": {
      holds: (found) => found.added < 10,
      brokenBy: ["raw-path", "sample-limit"],
    },
    "The service is still being watched afterwards": {
      holds: (found) => found.isWatched,
      brokenBy: ["sample-limit"],
    },
    "The metric says which address fails": {
      holds: (found) => found.isNamed,
      brokenBy: ["route-template"],
    },
  },

  measures: {
    "series added": (found) => found.added,
    "bytes per scrape": { unit: "bytes", of: (found) => found.bytes },
    "scrapes refused": (found) => found.refused,
  },
});
