// The package managers are stood in for by scripts of their names, since a test must not install.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { install, packageManager, refresh } from "./package-manager.ts";

const path = process.env.PATH;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "package-manager-"));
  process.env.PATH = folder;
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

/** Puts a program on PATH that writes down how it was called, and then does this. */
function program(name: string, does: string): void {
  const text = `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${does}\n`;
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
  writeFileSync(join(folder, "calls"), "");
}

function calls(): string[] {
  return readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
}

test("apt tells the size beforehand, without installing anything", async () => {
  program(
    "apt-get",
    `echo "Reading package lists..."
     echo "'http://deb.example/redis-server.deb' redis-server_7.deb 1200000 SHA256:aa"
     echo "'http://deb.example/redis-tools.deb' redis-tools_7.deb 300000 SHA256:bb"`,
  );
  const manager = packageManager();
  assert.equal(manager?.name, "apt");
  const size = await manager?.size(["redis-server"]);
  assert.equal(size, "Need to get 1.5 MB of archives.");
  assert.match(calls()[0]!, /^apt-get install --print-uris .*redis-server$/);
});

test("an installation hands on the manager's lines as they come", async () => {
  program("brew", "echo fetching; echo pouring >&2");
  const lines: string[] = [];
  await install(packageManager()!, ["redis", "nginx"], (line) => lines.push(line));
  assert.deepEqual(lines.sort(), ["fetching", "pouring"]);
  assert.deepEqual(calls(), ["brew install redis nginx"]);
});

test("an installation that fails says why in the manager's own words", async () => {
  program("dnf", "echo 'No match for argument: nonsense'; exit 1");
  await assert.rejects(
    install(packageManager()!, ["nonsense"], () => {}),
    /No match for argument/,
  );
});

test("only apt needs its lists brought up to date", async () => {
  program("apt-get", "");
  await refresh(packageManager()!);
  assert.deepEqual(calls(), ["apt-get update"]);
  rmSync(join(folder, "apt-get"));
  program("dnf", "");
  await refresh(packageManager()!);
  assert.deepEqual(calls(), [""]);
});

test("a machine without a package manager that we know has none", () => {
  assert.equal(packageManager(), undefined);
});
