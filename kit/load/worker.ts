// The thread of the load generator. It has an event loop of its own: in the lab's, a busy lab would
// delay requests and answers, and the server would be blamed for it.

import { parentPort, workerData } from "node:worker_threads";
import { closedLoop, openLoop } from "./loops.ts";
import type { ClosedPlan, Job, OpenPlan, Request } from "./plan.ts";

/** What the lab's thread hands over. */
export interface Work {
  /** The URL of the module that exports the job, and the name under which it does. */
  readonly module: string;
  readonly job: string;
  readonly plan: Omit<OpenPlan<unknown>, "during"> | Omit<ClosedPlan<unknown>, "during">;
}

async function work({ module, job, plan }: Work) {
  const { [job]: open }: Record<string, Job<unknown> | undefined> = await import(module);
  if (!open) throw new Error(`${module} exports no ${job}, which is to be the load`);
  await using stack = new AsyncDisposableStack();
  const opened = async (): Promise<Request> => {
    const request = await open(plan.data);
    if (Symbol.asyncDispose in request) stack.use(request);
    return request;
  };
  if ("clients" in plan) {
    const clients = await Promise.all(Array.from({ length: plan.clients }, opened));
    parentPort?.postMessage("begun");
    return await closedLoop(clients, plan);
  }
  const request = await opened();
  parentPort?.postMessage("begun");
  return await openLoop(request, plan);
}

parentPort?.postMessage(await work(workerData));
