import assert from "node:assert/strict";
import { cpSync, mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { openCatalog } from "./catalog.ts";

const PROJECT = resolve(import.meta.dirname, "../test/fixtures/rules");
const catalog = openCatalog(PROJECT);
const ids = (...query: Parameters<typeof catalog.find>) =>
  catalog.find(...query).map(({ id }) => id);
const LAB = "caching/counters/lost-update";

test("a lab is found by its id, its slug, its path and the folders above it", () => {
  const path = `labs/${LAB}/lab.ts`;
  for (const typed of [
    LAB,
    "lost-update",
    path,
    `./labs/${LAB}/`,
    "caching",
    "caching/counters/",
  ]) {
    assert.deepEqual(ids(typed), [LAB], typed);
  }
});

test("what is only designed is found when it is wanted, and else said to be designed", () => {
  const designed = true;
  assert.deepEqual(ids("expiry", { designed }), ["caching/counters/expiry"]);
  assert.deepEqual(ids("caching/", { designed }).length, 3);
  assert.deepEqual(ids("systems/", { designed }), ["shop/checkout"]);
  assert.throws(() => ids("expiry"), { why: "not built", names: ["caching/counters/expiry"] });
});

test("articles are found among articles only", () => {
  assert.deepEqual(ids("counting", { kinds: ["article"] }), ["caching/counting"]);
  assert.throws(() => ids("counting"), { why: "not found" });
});

test("what is nearly a name is told the nearest, and nonsense is told nothing", () => {
  assert.throws(() => ids("lost-updaet"), { why: "not found", names: [LAB] });
  assert.throws(() => ids("zzzzzz"), { why: "not found", names: [] });
  assert.throws(() => ids(""), { why: "not found", names: [] });
});

test("a slug that two labs have is ambiguous", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-find-"));
  for (const topic of ["counters", "gauges"]) {
    cpSync(join(PROJECT, "labs/caching/counters"), join(folder.path, "labs/caching", topic), {
      recursive: true,
    });
  }
  const names = [LAB, "caching/gauges/lost-update"];
  assert.throws(() => openCatalog(folder.path).find("lost-update"), { why: "ambiguous", names });
});
