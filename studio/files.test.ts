import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Files } from "./files.ts";

test("a path is one of the files that were listed, or nothing", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-files-"));
  const site = join(folder.path, "dist");
  mkdirSync(join(site, "labs"), { recursive: true });
  writeFileSync(join(folder.path, "secret.txt"), "secret");
  writeFileSync(join(site, "index.html"), "front");
  writeFileSync(join(site, "labs/index.html"), "labs");
  const files = new Files(site);
  const statusOf = (path: string) => files.answer(path).status;

  assert.equal(Buffer.from(files.answer("/").body).toString(), "front");
  assert.equal(Buffer.from(files.answer("/labs/").body).toString(), "labs");
  for (const path of ["/../secret.txt", "/labs/../../secret.txt", "//", "/labs", "", "/."]) {
    assert.equal(statusOf(path), 404, path);
  }
});

test("a page may run its own scripts, and no other that stands in it", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-files-"));
  writeFileSync(
    join(folder.path, "index.html"),
    "<script>one()</script><script src=/a.js></script>",
  );
  const policy = new Files(folder.path).answer("/").headers["Content-Security-Policy"] ?? "";
  const ofTheInline = "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='";
  const scripts = /script-src ([^;]*);/.exec(policy)?.[1];
  assert.equal(scripts, `'self' 'wasm-unsafe-eval' ${ofTheInline}`);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
});
