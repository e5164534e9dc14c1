import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { ServiceForm } from "#kit";
import { find, MissingServer } from "./find.ts";

const path = process.env.PATH;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-"));
  process.env.PATH = folder;
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

/** A service whose program is not called as any real one. */
const form: ServiceForm<object, object> = {
  ...{ name: "made-up", image: "made-up:1", port: 1, options: {}, packages: {} },
  ...{ program: "made-up-server", aliases: ["distribution-made-up-server"] },
  version: { args: ["--version"], pattern: /version (\d+\.\d+)/, atLeast: "2.10" },
  command: () => ({ args: [] }),
  ready: async () => {},
  open: () => ({}),
};

/** Puts a program on PATH that says this when it is asked for its version. */
function program(name: string, says: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${says}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("a program on PATH is found with its version", async () => {
  const file = program("made-up-server", "echo made-up version 2.11");
  assert.deepEqual(await find(form as never), { program: file, version: "2.11", from: "PATH" });
});

test("a program is found by the name that a distribution gave it", async () => {
  const file = program("distribution-made-up-server", "echo version 2.10");
  assert.equal((await find(form as never)).program, file);
});

test("a version counts even where the program ends with an error after it", async () => {
  program("made-up-server", "echo version 2.12 >&2; exit 3");
  assert.equal((await find(form as never)).version, "2.12");
});

test("versions are compared as numbers", async () => {
  program("made-up-server", "echo version 2.9");
  await assert.rejects(find(form as never), /made-up: 2\.9 at .* is older than 2\.10/);
});

test("a machine without the program is told its name", async () => {
  await assert.rejects(find(form as never), (error) => {
    assert.ok(error instanceof MissingServer);
    assert.equal(error.service, "made-up");
    assert.equal(error.message, "made-up: no made-up-server on this machine");
    return true;
  });
});
