// A process and all that descend from it, wherever they have put themselves: PostgreSQL, for one,
// gives each of its children a process group of its own, which no signal to the parent's reaches.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process as the system lists it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The system's letter: R, S, D, T for one that was stopped by a signal, Z for one that ended. */
  readonly state: string;
}

/** The processes of these roots and all that descend from them; a zombie is none. */
export function familyOf(roots: readonly number[]): Process[] {
  const all = listProcesses().filter(({ state }) => state !== "Z");
  const family = new Set(roots);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

function listProcesses(): Process[] {
  if (process.platform !== "linux") return listed();
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => statOf(pid) ?? []);
}

/** From /proc/PID/stat: pid, name in brackets (which may hold blanks and brackets), state, parent. */
function statOf(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(pid), parent: Number(parent), state: state.toUpperCase() };
  } catch {
    return undefined; // it has just ended
  }
}

function listed(): Process[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,state="]).toString().trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state: state.slice(0, 1) };
  });
}
