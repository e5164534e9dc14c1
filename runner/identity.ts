// Who a process is. A pid alone is used again by others, so nothing is signalled unless its start
// time and its executable agree with what was written down when we started it.

import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { familyOf } from "./family.ts";

/** A process that this project started, as the launcher wrote it down. */
export interface Identity {
  readonly pid: number;
  /** The system's own note of when it started: clock ticks on Linux, a date elsewhere. */
  readonly started: string;
  /** The executables that it may be: the launching shell, then the program. */
  readonly executables: readonly string[];
}

/** The start time of a process, or undefined when there is none (a zombie counts as none). */
export function startTime(pid: number): string | undefined {
  try {
    return process.platform === "linux"
      ? startOfStat(readFileSync(`/proc/${pid}/stat`, "utf8"))
      : execFileSync("ps", ["-o", "lstart=", "-p", String(pid)])
          .toString()
          .trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold blanks and brackets. */
export function startOfStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

/** True while exactly that process runs. */
export function isAlive(identity: Identity): boolean {
  const started = startTime(identity.pid);
  if (started === undefined || started !== identity.started) return false;
  if (process.platform !== "linux" || identity.executables.length === 0) return true;
  try {
    const executable = readlinkSync(`/proc/${identity.pid}/exe`).replace(" (deleted)", "");
    return identity.executables.includes(executable);
  } catch (error) {
    // Root in a container lacks CAP_SYS_PTRACE, and may signal other users' processes but not look
    // at what they run; pid and start time have agreed.
    return (error as NodeJS.ErrnoException).code === "EACCES";
  }
}

/** The signals that no process can hear and pass on to its children. */
const DEAF: readonly NodeJS.Signals[] = ["SIGKILL", "SIGSTOP", "SIGCONT"];

/**
 * Signals the process and its group, if it is still the one that we started. What kills, stops or
 * continues it does the same to all that descend from it.
 */
export function signal(identity: Identity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  const descendants = DEAF.includes(name) ? familyOf([identity.pid]).map(({ pid }) => pid) : [];
  for (const target of [-identity.pid, identity.pid, ...descendants]) {
    try {
      process.kill(target, name);
    } catch {
      // gone in between, or the leader of no group
    }
  }
}
