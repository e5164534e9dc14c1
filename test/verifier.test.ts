// The verifier is itself verified, with labs that are wrong on purpose.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { EndEvent, Event } from "../contracts/events.ts";
import { eventSchema } from "../contracts/events.ts";
import { House } from "../runner/house.ts";
import { run } from "../runner/run.ts";

let house: House;
before(async () => {
  house = await House.open();
});
after(() => house[Symbol.asyncDispose]());

/** Runs a fixture and returns its events, each of which must fit the schema. */
async function eventsOf(name: string, arms?: string[]): Promise<Event[]> {
  const file = fileURLToPath(new URL(`./fixtures/labs/${name}/lab.ts`, import.meta.url));
  const events: Event[] = [];
  for await (const event of run({ id: name, file, arms }, house)) {
    events.push(eventSchema.parse(JSON.parse(JSON.stringify(event))));
  }
  return events;
}

async function endOf(name: string, arms?: string[]): Promise<EndEvent> {
  return (await eventsOf(name, arms)).at(-1) as EndEvent;
}

test("a claim that its negative control keeps differs from what the lab declares", async () => {
  const end = await endOf("unbroken-claim");
  assert.equal(end.outcome, "differs");
  assert.deepEqual(end.differences, [
    {
      arm: "naive",
      claim: "The value is one",
      declared: "broken",
      found: ["kept", "kept", "kept"],
    },
  ]);
});

test("a failure that is luck differs, and each round's verdict is told", async () => {
  const end = await endOf("wavering");
  assert.equal(end.outcome, "differs");
  assert.deepEqual(end.differences[0]?.found, ["kept", "broken", "kept"]);
  assert.equal(end.verdicts["The value is one"]?.naive, "inconclusive");
});

for (const arm of ["waits", "loops"]) {
  test(`an arm that ${arm} for ever is ended at its deadline`, async () => {
    const end = await endOf("hangs", [arm]);
    assert.equal(end.outcome, "failed");
    assert.match(end.error ?? "", new RegExp(`arm ${arm}.*did not end within 1 s`));
  });
}

test("a server that dies in the middle is named with its last lines", async () => {
  const end = await endOf("server-dies");
  assert.equal(end.outcome, "failed");
  assert.match(end.error ?? "", /redis ended in the middle \(exit code 0\); its last lines:/);
  assert.match(end.error ?? "", /bye bye/);
});

test("a finding that is not plain JSON is refused, with the place", async () => {
  const { error } = await endOf("finding-with-function");
  assert.match(error ?? "", /finding\.list\[1\]\.count is a function; a finding is plain JSON/);
});

test("a claim that throws is named", async () => {
  const { error } = await endOf("claim-throws");
  assert.match(error ?? "", /claim "The text is long" threw: Cannot read properties of null/);
});

test("an arm that throws is named, with the line", async () => {
  const { error } = await endOf("arm-throws");
  assert.match(error ?? "", /arm unwilling, round 1: the arm refuses\nat lab\.ts:4/);
});

test("a lab may not break a server that it shares", async () => {
  const { error } = await endOf("breaks-shared");
  assert.match(error ?? "", /shared with other labs; write `store: postgres\.own\(\)`/);
});

test("a module that is not a lab is told so", async () => {
  const { error } = await endOf("not-a-lab");
  assert.match(error ?? "", /default export is not a lab/);
});

test("a syntax error is told with its line", async () => {
  const { error } = await endOf("syntax-error");
  assert.match(error ?? "", /at lab\.ts:3/);
});

test("a lab folder without lab.ts is told so", async () => {
  const { error } = await endOf("no-lab");
  assert.match(error ?? "", /Cannot find module/);
});

test("what the lab's own clients exchange with its servers is counted", async () => {
  const end = await endOf("counted");
  assert.deepEqual(end.differences, []);
});

test("whoever stops listening stops the run", { timeout: 60_000 }, async () => {
  const file = fileURLToPath(new URL("./fixtures/labs/never-ends/lab.ts", import.meta.url));
  for await (const event of run({ id: "never-ends", file }, house)) {
    if (event.kind === "trial") break; // and waits until everything has stopped
  }
});
