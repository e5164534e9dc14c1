import assert from "node:assert/strict";
import { cpSync, mkdtempDisposableSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Curriculum } from "./curriculum.ts";
import { reduceEntry } from "./reduce.ts";

const PROJECT = resolve(import.meta.dirname, "../test/fixtures/rules");

test("a reduced entry keeps slug, week and fidelity, and every other line stays as it is", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-reduce-"));
  cpSync(PROJECT, folder.path, { recursive: true });
  const file = join(folder.path, "curriculum/labs/caching/counters.yaml");
  const before = readFileSync(file, "utf8").split("\n");

  assert.equal(reduceEntry(folder.path, "lab", "caching/counters/expiry"), true);
  const after = readFileSync(file, "utf8").split("\n");
  const end = before.indexOf("", before.indexOf("      related: [lost-update]"));
  const title = before.indexOf("    title: A counter that expires");
  assert.deepEqual(after, before.toSpliced(title, end - title));

  assert.equal(reduceEntry(folder.path, "lab", "caching/counters/signed-counter"), true);
  const entry = new Curriculum(folder.path).entry("lab", "caching/counters/signed-counter");
  assert.equal(entry?.fidelity, "emulator (a signer of the lab)");
  assert.equal(entry?.title, undefined);
});

test("an entry that is reduced already is left alone", () => {
  assert.equal(reduceEntry(PROJECT, "lab", "caching/counters/lost-update"), false);
});
