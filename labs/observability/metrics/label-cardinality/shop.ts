// A shop that counts its requests by path and status. GET /metrics shows the counts to Prometheus,
// and GET /seen tells the lab how often that was asked for, and how long the last page was.

import { createServer } from "node:http";
import { Counter, register } from "prom-client";
import { LABELS, type Label } from "./labels.ts";

const { HOST, PORT, LABEL = "", FAILING } = process.env;
const label = LABELS[LABEL] as Label;

const requests = new Counter({
  name: "requests_total",
  help: "Requests that were answered",
  labelNames: ["path", "status"],
});
const seen = { scrapes: 0, bytes: 0 };

createServer(async ({ url = "" }, response) => {
  if (url === "/seen") return response.end(JSON.stringify(seen));
  if (url === "/metrics") {
    const page = await register.metrics();
    seen.scrapes += 1;
    seen.bytes = page.length;
    response.setHeader("content-type", register.contentType);
    return response.end(page);
  }
  response.statusCode = url === FAILING ? 500 : 200;
  requests.inc({ path: label(url), status: response.statusCode });
  response.end();
}).listen(Number(PORT), HOST);
