import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sourceHash } from "./source-hash.ts";

test("the hash changes with the code and its names, and not with page, evidence or hidden files", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-hash-"));
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write("lab.ts", "one");
  const first = sourceHash(folder.path);
  assert.match(first, /^[0-9a-f]{12}$/);

  write("README.md", "page");
  write("evidence.json", "{}");
  write(".swp", "hidden");
  mkdirSync(join(folder.path, "folder"));
  assert.equal(sourceHash(folder.path), first);

  write("add.lua", "");
  const second = sourceHash(folder.path);
  assert.notEqual(second, first);
  write("lab.ts", "two");
  assert.notEqual(sourceHash(folder.path), second);
});

test("text that moves from one file into the next is a change", () => {
  using one = mkdtempDisposableSync(join(tmpdir(), "pareto-hash-"));
  using other = mkdtempDisposableSync(join(tmpdir(), "pareto-hash-"));
  writeFileSync(join(one.path, "a"), "xb");
  writeFileSync(join(one.path, "b"), "y");
  writeFileSync(join(other.path, "a"), "x");
  writeFileSync(join(other.path, "b"), "by");
  assert.notEqual(sourceHash(one.path), sourceHash(other.path));
});
