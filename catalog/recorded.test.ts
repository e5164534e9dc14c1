import assert from "node:assert/strict";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Evidence } from "../contracts/evidence.ts";
import { CLAIM, evidenceOf, ID } from "../test/fixtures/rules/evidence.ts";
import { readRecorded } from "./recorded.ts";

/** What is said of a lab's folder with evidence that differs from a good one in some parts. */
function problemOf(change: Partial<Evidence> | string | undefined): string | undefined {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-recorded-"));
  writeFileSync(join(folder.path, "lab.ts"), "the lab");
  const good = evidenceOf(folder.path);
  const text = typeof change === "string" ? change : JSON.stringify({ ...good, ...change });
  if (change !== undefined) writeFileSync(join(folder.path, "evidence.json"), text);
  return readRecorded(folder.path, ID).problem?.kind;
}

const verdicts = (naive: string[], atomic: string[]) =>
  ({ verdicts: { [CLAIM]: { naive, atomic } } }) as Partial<Evidence>;

test("evidence of this code whose verdicts are as declared has no problem", () => {
  assert.equal(problemOf({}), undefined);
});

test("evidence that is absent, unreadable or of another lab is a problem", () => {
  assert.equal(problemOf(undefined), "absent");
  assert.equal(problemOf("{ half a fi"), "unreadable");
  assert.equal(problemOf({ lab: undefined }), "unreadable");
  assert.equal(problemOf({ id: "caching/counters/other" }), "unreadable");
});

test("evidence of other code is older than its lab", () => {
  assert.equal(problemOf({ source: "000000000000" }), "older");
});

test("evidence differs when one arm in one round is not as declared, or was not tried", () => {
  assert.equal(problemOf(verdicts(["broken", "kept"], ["kept"])), "differs");
  assert.equal(problemOf(verdicts(["broken"], ["broken"])), "differs");
  assert.equal(problemOf(verdicts(["broken"], ["inconclusive"])), "differs");
  assert.equal(problemOf(verdicts(["broken"], [])), "differs");
});
