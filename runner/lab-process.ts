// The process that a lab runs in: it imports the lab, runs one trial at a time and judges it. It is
// a process of its own so that a lab that hangs, even in a loop, can be ended.
// usage: node lab-process.ts PATH-OF-LAB.ts [PATH-OF-ONE-MORE-ARM.ts]

import { pathToFileURL } from "node:url";
import type { Lab } from "#kit";
import { type Ask, setBench } from "./bench.ts";
import { describe, withoutAgain, YOURS } from "./describe.ts";
import type { Order, Report } from "./messages.ts";
import { judgeTrial } from "./trial.ts";

const say = (report: Report) => process.send?.(report);

/** Reports an error in two parts, the sentence and where it came from. */
function fail(error: unknown): void {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  say({ kind: "failed", message, stack });
}

const waiting = new Map<number, { resolve(text?: string): void; reject(error: Error): void }>();

const ask: Ask = (service, deed) => {
  const id = waiting.size + 1;
  const done = new Promise<string | undefined>((resolve, reject) =>
    waiting.set(id, { resolve, reject }),
  );
  say({ id, service, ...deed });
  return done;
};

async function runTrial(lab: Lab, order: Extract<Order, { kind: "trial" }>): Promise<void> {
  try {
    const { arm, knobs, services: reach, traced } = order;
    const parts = { services: lab.services, reach, knobs, arm, ask, say, traced };
    await using set = await setBench(parts);
    const finding = await lab.trial(lab.arms[withoutAgain(arm)], set.bench as never);
    set.trace();
    say({ kind: "judged", ...judgeTrial(lab, finding) });
  } catch (error) {
    fail(error);
  }
}

function follow(lab: Lab): void {
  process.on("message", (order: Order) => {
    if (order.kind === "trial") return void runTrial(lab, order);
    const asked = waiting.get(order.id);
    if (order.error) asked?.reject(new Error(order.error));
    else asked?.resolve(order.text);
  });
}

async function load(file: string) {
  return (await import(pathToFileURL(file).href)).default;
}

process.on("disconnect", () => process.exit());
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
try {
  const [file = "", yours] = process.argv.slice(2);
  const form = await load(file);
  const lab = yours ? { ...form, arms: { ...form.arms, [YOURS]: await load(yours) } } : form;
  const description = describe(lab);
  follow(lab);
  say({ kind: "described", lab: description });
} catch (error) {
  fail(error);
}
