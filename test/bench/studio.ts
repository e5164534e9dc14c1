// How long it takes from a press in the page to the first event of the run, in a real browser.

import { percentile } from "#kit/statistics";
import { launch, letIn } from "../studio/browser.ts";
import { openForTest } from "../studio/open.ts";

const RUNS = 30;
const TARGET_MS = 300;
const LAB = "caching/redis-transactions/multi-exec-basics";

/** Starts a run as the page does, waits for its first event, and stops it. Returns milliseconds. */
const PRESS = `(async () => {
  const send = (path, body) => fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  }).then((answer) => answer.json());
  const began = performance.now();
  const { id } = await send("/api/runs", { lab: "${LAB}", knobs: {} });
  const source = new EventSource("/api/runs/" + id + "/events");
  await new Promise((heard) => { source.onmessage = heard; });
  const took = performance.now() - began;
  source.close();
  await send("/api/runs/" + id + "/stop", {});
  const open = () => fetch("/api/session").then((a) => a.json()).then((body) => body.open);
  while (await open() > 0);
  return took;
})()`;

await using open = await openForTest();
const browser = await launch();
const context = await letIn(browser, open.studio.link);
const page = await context.newPage();
await page.goto(open.studio.origin);
await page.evaluate(PRESS); // warms up
const times: number[] = [];
for (let count = 0; count < RUNS; count++) times.push(Number(await page.evaluate(PRESS)));
await browser.close();
const p95 = percentile(times, 95);
const verdict = p95 <= TARGET_MS ? "within" : "over";
console.log(
  `press to first event: p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ` +
    `${RUNS} runs; ${verdict} the target of ${TARGET_MS} ms`,
);
