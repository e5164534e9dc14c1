import assert from "node:assert/strict";
import { mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { EndEvent } from "../contracts/events.ts";
import { Progress, score } from "./progress.ts";

const LAB = "caching/redis-basics/counting";
const VERDICTS = { "Nothing is lost": { naive: "broken", atomic: "kept" } } as const;
const end = { verdicts: VERDICTS } as unknown as EndEvent;

test("a guess is scored cell by cell, and what was not guessed does not count", () => {
  const guess = { "Nothing is lost": { naive: "kept", atomic: "kept" } } as const;
  assert.deepEqual(score(guess, end), { right: 1, of: 2 });
  assert.deepEqual(score({ "Nothing is lost": { naive: "broken" } }, end), { right: 1, of: 1 });
  assert.deepEqual(score({}, end), { right: 0, of: 0 });
});

test("the first guess stays, runs are counted, and calibration adds up by category", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-progress-"));
  const progress = new Progress(join(folder.path, "pareto/progress.json"));
  assert.deepEqual(progress.of(LAB), {});

  progress.mark(LAB, "read");
  progress.ran(LAB, end, { "Nothing is lost": { naive: "kept", atomic: "kept" } });
  progress.ran(LAB, end, { "Nothing is lost": { naive: "broken", atomic: "kept" } });
  progress.ran("caching/other/lab", end, { "Nothing is lost": { naive: "broken" } });

  const { predicted, ran, read } = progress.of(LAB);
  assert.equal(predicted?.right, 1);
  assert.equal(ran?.times, 2);
  assert.ok(read);
  assert.deepEqual(progress.calibration, { caching: { right: 2, of: 3 } });
  assert.deepEqual([...progress.learnt], [LAB, "caching/other/lab"]);
});

test("the file is whole at every moment, and another reader of it sees each change", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-progress-"));
  const file = join(folder.path, "progress.json");
  const one = new Progress(file);
  const other = new Progress(file);
  for (let count = 1; count <= 20; count++) {
    (count % 2 ? one : other).ran(LAB, end, undefined);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).labs[LAB].ran.times, count);
  }
  assert.deepEqual(readdirSync(folder.path), ["progress.json"], "no draft is left");
});

test("a file that is not ours is told, and never overwritten", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-progress-"));
  const file = join(folder.path, "progress.json");
  writeFileSync(file, "my shopping list");
  assert.throws(() => new Progress(file).mark(LAB, "read"), /is not a record of progress/);
  assert.equal(readFileSync(file, "utf8"), "my shopping list");
});
