// Where a run keeps its files. A run folder holds one run's servers and is removed with it; the
// cache holds what is worth keeping between runs (template data folders, jars).

import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, statfsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const ROOM = 1 << 30; // bytes that memory-backed storage must have free before servers go there

/** The folder that all run folders of this user are in. */
export function runsFolder(): string {
  const owner = process.getuid?.() ?? "user";
  return ensured(join(process.env.PARETO_TMP ?? fastest(), `pareto-${owner}`));
}

/** Makes a run folder. Others may pass through it, for servers that run as another user. */
export function newRunFolder(): string {
  const folder = mkdtempSync(join(runsFolder(), "run-"));
  chmodSync(folder, 0o711);
  return folder;
}

/** The cache folder (XDG). Root's is outside of /root, where no other user may look. */
export function cacheFolder(): string {
  const xdg = process.env.XDG_CACHE_HOME;
  const base = xdg ?? (isRoot() ? "/var/cache" : join(homedir(), ".cache"));
  return ensured(join(base, "pareto"));
}

/** The reader's own folder for what is worth keeping (XDG). It may not be there yet. */
export function dataFolder(): string {
  const base = process.env.XDG_DATA_HOME ?? join(homedir(), ".local/share");
  return join(base, "pareto");
}

/** True for the user that PostgreSQL and some others refuse to run as. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function ensured(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** Shared memory where there is enough of it, else the folder for temporary files. */
function fastest(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    const { bavail, bsize } = statfsSync("/dev/shm");
    if (bavail * bsize > ROOM) return "/dev/shm";
  } catch {
    // no such thing here, as on macOS
  }
  return tmpdir();
}
