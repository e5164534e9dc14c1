import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { prometheus } from "./prometheus.ts";

describe("prometheus", { skip: await lacking(prometheus) }, () => {
  test("it scrapes what the lab names, and evaluates the lab's rules", async () => {
    await using target = await measured("requests_total 42\n");
    await using stood = await stand(prometheus);
    const { face } = stood;
    await face.write({
      "rules.yml": "groups: [{ name: g, rules: [{ record: twice, expr: 2 * requests_total }] }]\n",
    });
    await face.configure(`
global: { scrape_interval: 100ms, scrape_timeout: 100ms, evaluation_interval: 100ms }
rule_files: [rules.yml]
scrape_configs: [{ job_name: lab, static_configs: [{ targets: ["${target.at}"] }] }]
`);
    await face.scraped(1);
    const [series] = await until("a sample", async () => {
      const found = await face.query("twice");
      return found.length > 0 ? found : undefined;
    });
    assert.equal(series?.value?.[1], "84");
    await assert.rejects(face.query("sum("), /parse error/);
  });

  test("a new trial begins without samples, and finds an old target again at once", async () => {
    await using target = await measured("requests_total 42\n");
    await using stood = await stand(prometheus);
    const configuration = `
global: { scrape_interval: 100ms, scrape_timeout: 100ms }
scrape_configs: [{ job_name: lab, static_configs: [{ targets: ["${target.at}"] }] }]
`;
    await stood.face.reload(configuration);
    await stood.face.scraped(1);
    const ended = Date.now() / 1_000;
    const face = await stood.again();
    assert.deepEqual(await face.query("requests_total", ended), []);
    await face.reload(configuration);
    await face.scraped(1);
  });

  test("a wrong configuration is refused, and the running server keeps the old one", async () => {
    await using stood = await stand(prometheus);
    await assert.rejects(stood.face.reload("nonsense: 1\n"), /field nonsense not found/);
    await stood.face.reload("global: { scrape_interval: 7s }\n");
    const status = await fetch(`${stood.face.url}/api/v1/status/config`);
    assert.match(await status.text(), /scrape_interval: 7s/);
  });
});

/** A server with a page of measurements. */
async function measured(text: string) {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    at: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
