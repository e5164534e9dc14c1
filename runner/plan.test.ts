import assert from "node:assert/strict";
import { test } from "node:test";
import type { Description } from "../contracts/description.ts";
import { BadRequest, planOf } from "./plan.ts";
import type { Request } from "./run.ts";

const lab: Description = {
  title: "A lab",
  question: "Does the plan fit it?",
  services: {},
  knobs: { clients: { value: 4, from: 1, to: 40 } },
  arms: ["naive", "pattern"],
  claims: { "It holds": { brokenBy: ["naive"] } },
  measures: {},
  traced: { clients: 2 },
  deadlineSeconds: 1,
};
const named = { id: "lab", file: "lab.ts" };

test("a lab that counts runs three rounds, and is judged", () => {
  const plan = planOf(named, lab);
  assert.deepEqual([plan.rounds, plan.warmUp, plan.turned], [3, false, false]);
});

test("a lab that measures time warms up and runs more", () => {
  const plan = planOf(named, { ...lab, measures: { time: "ms" } });
  assert.deepEqual([plan.rounds, plan.warmUp], [8, true]);
});

test("a knob at another value is turned, at its default it is not", () => {
  assert.equal(planOf({ ...named, knobs: { clients: 5 } }, lab).turned, true);
  assert.equal(planOf({ ...named, knobs: { clients: 4 } }, lab).turned, false);
});

test("a traced run takes the lab's small knobs, one round, and is never judged", () => {
  const plan = planOf({ ...named, traced: true }, lab);
  assert.deepEqual([plan.knobs.clients, plan.rounds, plan.turned], [2, 1, true]);
});

test("what does not fit the lab is a bad request", () => {
  const wrong: Partial<Request>[] = [
    { knobs: { client: 1 } },
    { knobs: { clients: 41 } },
    { knobs: { clients: Number.NaN } },
    { knobs: { constructor: 1 } },
    { arms: ["nave"] },
  ];
  for (const part of wrong) assert.throws(() => planOf({ ...named, ...part }, lab), BadRequest);
});
