import { Worker } from "node:worker_threads";
import type { ClosedPlan, Job, Loaded, OpenPlan } from "./plan.ts";
import type { Work } from "./worker.ts";

/**
 * Puts a server under load at a fixed rate, from a thread of its own, and measures each request
 * from the moment it was due (an open loop). `job` is exported by `module`, which is the lab's own
 * `import.meta.url`. Throws what the job throws when it opens, and what `during` throws.
 *
 *     await load(visit, import.meta.url, { perSecond: 500, seconds: 2, data: { url } })
 */
export function load<Data>(
  job: Job<Data>,
  module: string | URL,
  plan: OpenPlan<Data>,
): Promise<Loaded> {
  return inThread(job, module, plan);
}

/**
 * Lets clients ask one request after the other, and measures each from its start (a closed loop).
 * It hides a server that stands still, and is here to show that: measure with `load`.
 */
export function closedLoad<Data>(
  job: Job<Data>,
  module: string | URL,
  plan: ClosedPlan<Data>,
): Promise<Loaded> {
  return inThread(job, module, plan);
}

async function inThread<Data>(
  job: Job<Data>,
  module: string | URL,
  { during, ...plan }: OpenPlan<Data> | ClosedPlan<Data>,
): Promise<Loaded> {
  const work: Work = { module: String(module), job: job.name, plan };
  await using worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: work });
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<Loaded>()];
  worker.on("message", (message: "begun" | Loaded) => {
    if (message === "begun") begun.resolve();
    else ended.resolve(message);
  });
  worker.once("error", ended.reject);
  worker.once("exit", () => ended.reject(new Error("the load's thread ended before its time")));
  const meanwhile = begun.promise.then(during);
  const [loaded] = await Promise.all([ended.promise, meanwhile]);
  return loaded;
}
