// Every service starts wherever the runner may find itself: as root or not, and in folders whose
// names have a space.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { find } from "../../runner/find.ts";
import { isRoot } from "../../runner/folders.ts";
import { Launcher } from "../../runner/launch.ts";
import { allServices } from "../../runner/services.ts";
import { makeFolder, type User, userFor } from "../../runner/user.ts";
import { processesIn } from "../processes.ts";

const START_ALL = fileURLToPath(new URL("./start-all.ts", import.meta.url));

describe("every service starts in folders with a space in their names", () => {
  const own = isRoot() ? "as root" : "as the user of these tests";
  test(own, () => startAll(undefined));
  test("as an ordinary user", { skip: !isRoot() && "is one already" }, () =>
    startAll(userFor({ unprivileged: true })),
  );
});

/** The names of the services that this machine has wherever its cache is. */
async function found(): Promise<string[]> {
  const services = (await allServices()).filter(({ form }) => !form.onDemand);
  const found = await Promise.allSettled(services.map(({ form }) => find(form as never)));
  const there = found.map((one) => one.status === "fulfilled" && one.value.from !== "cache");
  return services.filter((_, index) => there[index]).map(({ form }) => form.name);
}

/** Has a process of that user start every service, and looks at what it says and leaves. */
async function startAll(user: User | undefined): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "pareto with a space-"));
  chmodSync(home, 0o755);
  const folders = { tmp: join(home, "tmp"), cache: join(home, "cache") };
  for (const folder of Object.values(folders)) makeFolder(folder, user);
  try {
    await using launcher = new Launcher();
    const folder = launcher.newFolder("start-all");
    const log = join(folder, "output.log");
    const { ended } = launcher.launch({
      ...{ program: process.execPath, args: [START_ALL], folder: home, log, user },
      env: {
        ...{ HOME: home, PARETO_TMP: folders.tmp, XDG_CACHE_HOME: folders.cache },
        NODE_TEST_CONTEXT: "",
      },
    });
    const how = await ended;
    const output = readFileSync(log, "utf8").trim();
    assert.equal(how, "exit code 0", output);
    const fared = JSON.parse(output.split("\n").at(-1)!);
    assert.deepEqual(fared, Object.fromEntries((await found()).map((name) => [name, "ready"])));
    assert.deepEqual(processesIn(folders.tmp), []);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
