// What the tests know of processes: those that live in a folder, whoever started them.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The processes whose command line or working folder lies in a folder (Linux). */
export function processesIn(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => `${pid} ${placeOf(pid)}`)
    .filter((line) => line.includes(folder));
}

function placeOf(pid: string): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return `${command} (in ${readlinkSync(`/proc/${pid}/cwd`)})`;
  } catch {
    return ""; // it has just ended, or is a zombie
  }
}
