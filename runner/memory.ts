import { readdirSync, readFileSync } from "node:fs";

/**
 * The peak resident memory of processes and all that descend from them, in megabytes. Linux only,
 * elsewhere 0. Pages that processes share are counted in each, so this is an upper bound.
 */
export function peakMegabytes(roots: readonly number[]): number {
  if (process.platform !== "linux") return 0;
  const family = new Set(roots);
  const parents = parentsOfAll();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!family.has(parent) || family.has(pid)) continue;
      family.add(pid);
      grown = true;
    }
  }
  const kilobytes = [...family].map(peakKilobytes).reduce((total, one) => total + one, 0);
  return Math.round(kilobytes / 1024);
}

function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? field(name, "PPid") : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  return parents;
}

function peakKilobytes(pid: number): number {
  return field(String(pid), "VmHWM") ?? 0;
}

function field(pid: string, name: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const value = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1];
    return value === undefined ? undefined : Number(value);
  } catch {
    return undefined; // it has just ended
  }
}
