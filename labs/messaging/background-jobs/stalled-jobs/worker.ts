// A worker, in a process of its own that can be killed. GET / is answered with its process id.

import { createServer } from "node:http";
import { Worker } from "bullmq";
import compute from "./compute.ts";

const { HOST, PORT, REDIS = "", QUEUE = "", RUNS_IN, OPTIONS = "{}" } = process.env;

const processor = RUNS_IN === "child" ? new URL(import.meta.resolve("./compute.ts")) : compute;
const worker = new Worker(QUEUE, processor, {
  connection: { url: REDIS, maxRetriesPerRequest: null },
  ...JSON.parse(OPTIONS),
});
await worker.waitUntilReady();

createServer((_, response) => response.end(String(process.pid))).listen(Number(PORT), HOST);
