// Nothing stays behind, however a runner ends. PARETO_KILLS sets how many random moments are tried,
// 10 by default; a third as often its watchdog is killed, too.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Random, until } from "#kit";
import { startTime } from "../runner/identity.ts";
import { OWNER, REGISTRY, sweep, sweepAbandoned } from "../runner/sweep.ts";
import { processesIn } from "./processes.ts";

const KILLS = Number(process.env.PARETO_KILLS ?? 10);
const RUNNER = fileURLToPath(new URL("./fixtures/run-fixture.ts", import.meta.url));
const random = new Random(Number(process.env.PARETO_SEED ?? 7));
const linux = process.platform === "linux" ? false : "reads /proc";

const folder = mkdtempSync(join(tmpdir(), "pareto-kill-"));
chmodSync(folder, 0o755); // servers that run as nobody must get through
process.env.PARETO_TMP = folder; // for the sweeps of this process and for the runners
const runs = join(folder, `pareto-${process.getuid?.()}`);
after(() => rmSync(folder, { recursive: true, force: true }));

function startRunner(): ChildProcess {
  return spawn(process.execPath, [RUNNER, "slow-redis"], { stdio: ["ignore", "pipe", "inherit"] });
}

/** The folders of runs; none while no runner has come so far as to make one. */
const runFolders = () =>
  existsSync(runs) ? readdirSync(runs).filter((name) => name.startsWith("run-")) : [];

/** True for a run that was killed before its watchdog stood: the next start takes its folder. */
function startedNothing(name: string): boolean {
  return !statSync(join(runs, name, REGISTRY), { throwIfNoEntry: false })?.size;
}

async function nothingLeft(): Promise<void> {
  await until("all processes to end", () => processesIn(folder).length === 0, { withinMs: 8_000 });
  const look = async () => {
    if (runFolders().every(startedNothing)) await sweepAbandoned();
    return runFolders().length === 0;
  };
  // One that nobody has signed is nobody's after ten seconds.
  await until("the run's folder to go", look, { withinMs: 15_000, everyMs: 50 });
}

/** How long a runner takes to the middle of its first trial here and now, in milliseconds. */
async function msToTrial(): Promise<number> {
  const began = performance.now();
  const runner = startRunner();
  for await (const text of runner.stdout as NodeJS.ReadableStream) {
    if (String(text).includes('"kind":"trial"')) break;
  }
  const ms = performance.now() - began;
  runner.kill("SIGKILL");
  await nothingLeft();
  return ms;
}

test(`a runner killed at ${KILLS} random moments leaves nothing`, { skip: linux }, async () => {
  let caught = 0;
  const moments = 2 * (await msToTrial()); // from before its first process to the middle of a trial
  for (let turn = 0; turn < KILLS; turn++) {
    const runner = startRunner();
    await sleep(random.next() * moments);
    if (processesIn(folder).length > 1) caught += 1;
    runner.kill("SIGKILL");
    await nothingLeft();
  }
  assert.ok(caught >= KILLS / 3, `only ${caught} kills hit a run that had started something`);
});

test("when the watchdog is killed too, the next start ends what is left", {
  skip: linux,
}, async () => {
  for (let turn = 0; turn < Math.ceil(KILLS / 3); turn++) {
    const runner = startRunner();
    const [line] = await once(runner.stdout as NodeJS.ReadableStream, "data");
    const { watchdog } = JSON.parse(String(line).split("\n")[0] as string);
    await sleep(500 + random.next() * 1_000);
    assert.equal(runner.exitCode, null, "the run failed before it could be killed");
    process.kill(watchdog, "SIGKILL");
    runner.kill("SIGKILL");
    await once(runner, "exit");
    assert.equal(await sweepAbandoned(), 1);
    await nothingLeft();
  }
});

test("a process that only has the pid of one of ours is not signalled", {
  skip: linux,
}, async () => {
  const decoy = spawn("sleep", ["60"]);
  try {
    const run = join(runs, "run-decoy");
    mkdirSync(run, { recursive: true });
    const stat = `${decoy.pid} (redis-server) S ${"1 ".repeat(18)}12345 0 0`;
    writeFileSync(join(run, REGISTRY), `${decoy.pid}\t/usr/bin/sleep\t${stat}\n`);
    writeFileSync(join(run, OWNER), JSON.stringify({ pid: 1, started: "no", executables: [] }));
    await sweep(run);
    assert.ok(startTime(decoy.pid as number), "the decoy was killed");
  } finally {
    decoy.kill();
  }
});

test("what registers while its run is swept is ended, or does not start", async () => {
  const register = fileURLToPath(new URL("../runner/register.sh", import.meta.url));
  for (let turn = 0; turn < KILLS; turn++) {
    const run = mkdtempSync(join(folder, "swept-"));
    writeFileSync(join(run, OWNER), "{}");
    const registry = openSync(join(run, REGISTRY), "a");
    const late = Array.from({ length: 8 }, () =>
      spawn("/bin/sh", [register, join(run, OWNER), "/bin/sleep", "60"], {
        stdio: ["ignore", "ignore", "ignore", "ignore", registry],
      }),
    );
    const ends = late.map((one) => once(one, "exit"));
    await sleep(random.next() * 5); // the sweep meets some before, some while, some after they register
    await sweep(run);
    closeSync(registry);
    const all = Promise.all(ends).then(() => true);
    const isOver = await Promise.race([all, sleep(10_000, false, { ref: false })]);
    for (const one of late) one.kill("SIGKILL");
    assert.ok(isOver, `something of turn ${turn} outlived the sweep`);
  }
});
