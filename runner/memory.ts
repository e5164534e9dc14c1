import { readFileSync } from "node:fs";
import { familyOf } from "./family.ts";

/**
 * The peak resident memory of processes and all that descend from them, in megabytes. Linux only,
 * elsewhere 0. Pages that processes share are counted in each, so this is an upper bound.
 */
export function peakMegabytes(roots: readonly number[]): number {
  if (process.platform !== "linux") return 0;
  const kilobytes = familyOf(roots)
    .map(({ pid }) => peakKilobytes(pid))
    .reduce((total, one) => total + one, 0);
  return Math.round(kilobytes / 1024);
}

function peakKilobytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // it has just ended
  }
}
