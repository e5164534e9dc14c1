// Ends what a runner left behind when it could not do so itself. The watchdog calls this for its
// own run; every start calls it for runs whose runner and watchdog were both killed.

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { until } from "#kit";
import { runsFolder } from "./folders.ts";
import { type Identity, isAlive, signal, startOfStat } from "./identity.ts";

export const REGISTRY = "registry";
export const OWNER = "owner.json";

/** A runner signs its folder at once; one that has not after this long never will. */
const SIGNING_MS = 10_000;

/** Ends every process that the run's registry names, and removes its folder. */
export async function sweep(folder: string): Promise<void> {
  rmSync(join(folder, OWNER), { force: true }); // from here on nothing starts; see register.sh
  const identities = readRegistry(folder);
  for (const one of identities) signal(one, "SIGCONT"); // a paused process would not hear the next
  for (const one of identities) signal(one, "SIGKILL");
  await until("the run's processes to end", () => !identities.some(isAlive));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Sweeps all runs whose runner is gone. Returns how many there were. */
export async function sweepAbandoned(): Promise<number> {
  const abandoned = readdirSync(runsFolder())
    .filter((name) => name.startsWith("run-"))
    .map((name) => join(runsFolder(), name))
    .filter((folder) => !hasOwner(folder));
  await Promise.all(abandoned.map(sweep));
  return abandoned.length;
}

/** True when the run's runner lives, or is so new that it may not have signed yet. */
function hasOwner(folder: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(folder, OWNER), "utf8")) as Identity);
  } catch {
    const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - made < SIGNING_MS;
  }
}

function readRegistry(folder: string): Identity[] {
  const file = join(folder, REGISTRY);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map(parseLine);
}

/** A line of the registry: pid, program, start time (on Linux the whole of /proc/PID/stat). */
function parseLine(line: string): Identity {
  const [pid = "", program = "", raw = ""] = line.split("\t");
  const started = process.platform === "linux" ? (startOfStat(raw) ?? "") : raw.trim();
  return { pid: Number(pid), started, executables: executablesOf(program) };
}

/** What the process may be: the shell that launches it, then its program. Of a script anything, since its interpreters vary. */
export function executablesOf(program: string): string[] {
  try {
    return isScript(program) ? [] : [realpathSync("/bin/sh"), realpathSync(program)];
  } catch {
    return [realpathSync("/bin/sh")];
  }
}

function isScript(program: string): boolean {
  const file = openSync(program, "r");
  try {
    const start = Buffer.alloc(2);
    readSync(file, start);
    return start.toString() === "#!";
  } finally {
    closeSync(file);
  }
}

if (import.meta.main && process.argv[2]) await sweep(process.argv[2]);
