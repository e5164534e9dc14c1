// Faults from outside of a lab: what they may hit, and what they may not.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { redis } from "#services/redis";
import type { EndEvent, Event } from "../../contracts/events.ts";
import { House } from "../../runner/house.ts";
import { Queue } from "../../runner/queue.ts";
import { run } from "../../runner/run.ts";
import type { Injected } from "../../runner/stage.ts";
import { lacking } from "../lacking.ts";
import { ROOT } from "./open.ts";

/** Runs a lab, one round, and injects a fault in its first trial. */
async function runWith(id: string, fault: Injected): Promise<Event[]> {
  await using house = await House.open();
  const faults = new Queue<Injected>();
  const request = { id, file: join(ROOT, "labs", id, "lab.ts"), rounds: 1, faults };
  const events: Event[] = [];
  for await (const event of run(request, house)) {
    if (event.kind === "trial" && !events.some(({ kind }) => kind === "trial")) faults.push(fault);
    events.push(event);
  }
  return events;
}

const skip = await lacking(redis);

const endOf = (events: readonly Event[]) => events.at(-1) as EndEvent;

const notes = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === "note" ? event.text : []));

test("a server that labs share cannot be broken from outside, and the run goes on", async () => {
  const fault = { service: "postgres", fault: "kill" } as const;
  const events = await runWith("databases/sql-basics/isolation-anomalies", fault);
  assert.match(notes(events).join("\n"), /not done: the server postgres is shared/);
  assert.equal(endOf(events).outcome, "as-declared");
});

test("a fault on what the lab does not have is a note, and nothing more", { skip }, async () => {
  const fault = { service: "constructor", fault: "kill" } as const;
  const events = await runWith("caching/redis-transactions/multi-exec-basics", fault);
  assert.match(notes(events).join("\n"), /not done: the lab has no server "constructor"/);
  assert.equal(endOf(events).outcome, "as-declared");
});

test("a server of the run's own is killed, and the run says what that did", { skip }, async () => {
  const fault = { service: "redis", fault: "kill" } as const;
  const events = await runWith("caching/redis-transactions/optimistic-locking", fault);
  assert.ok(events.some((event) => event.kind === "fault" && event.fault === "kill"));
  const { outcome, error } = endOf(events);
  assert.equal(outcome, "failed");
  assert.match(error ?? "", /arm naive, round 1/);
});
