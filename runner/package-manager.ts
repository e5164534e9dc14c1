// The platform's package manager, spoken to through its own program.

import { execFile, spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { sum } from "#kit/statistics";
import { which } from "./find.ts";

const run = promisify(execFile);

export interface PackageManager {
  readonly name: "apt" | "dnf" | "brew";
  /** True where only root may install. */
  readonly needsRoot: boolean;
  /** The command that installs packages, as a person would type it. */
  command(packages: readonly string[]): string[];
  /** What would be fetched, in a sentence; empty where the manager does not say beforehand. */
  size(packages: readonly string[]): Promise<string>;
}

const QUIET = { DEBIAN_FRONTEND: "noninteractive", HOMEBREW_NO_AUTO_UPDATE: "1" };

const MANAGERS: readonly PackageManager[] = [
  {
    name: "apt",
    needsRoot: true,
    command: (packages) => ["apt-get", "install", "-y", "--no-install-recommends", ...packages],
    // Without a question to say no to, --assume-no installs; --print-uris never does.
    async size(packages) {
      const args = ["install", "--print-uris", "--no-install-recommends", ...packages];
      const { stdout } = await run("apt-get", args);
      const sizes = [...stdout.matchAll(/^'\S+' \S+ (\d+)/gm)].map(([, bytes]) => Number(bytes));
      return `Need to get ${(sum(sizes) / 1e6).toFixed(1)} MB of archives.`;
    },
  },
  {
    name: "dnf",
    needsRoot: true,
    command: (packages) => ["dnf", "install", "-y", ...packages],
    async size(packages) {
      const { stdout } = await run("dnf", ["install", "--assumeno", ...packages]).catch((no) => no);
      const lines = String(stdout).split("\n");
      return lines.filter((line) => /^(Total download|Installed) size/.test(line)).join(" ");
    },
  },
  {
    name: "brew",
    needsRoot: false,
    command: (packages) => ["brew", "install", ...packages],
    size: async () => "",
  },
];

/** The package manager of this machine, or undefined. */
export function packageManager(): PackageManager | undefined {
  return MANAGERS.find(({ command }) => which(command([])[0] as string));
}

/** Brings the lists of packages up to date where the manager does not do so by itself. */
export async function refresh({ name }: PackageManager): Promise<void> {
  if (name === "apt") await inform(["apt-get", "update"], () => {});
}

/**
 * Installs packages; `tell` hears the manager's lines as they come. Throws with its last lines when
 * it fails. Debian starts what it installs: that is forbidden meanwhile, since our servers are ours.
 */
export async function install(
  manager: PackageManager,
  packages: readonly string[],
  tell: (line: string) => void,
): Promise<void> {
  using _ = manager.name === "apt" ? startNoServices() : undefined;
  await inform(manager.command(packages), tell);
}

/**
 * The script that Debian's packages ask whether they may start a service (policy-rc.d). It forbids
 * that while this process lives, so one that is left behind by a kill does no harm.
 */
function startNoServices(): Disposable | undefined {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return undefined;
  const forbids = `#!/bin/sh\nkill -0 ${process.pid} 2> /dev/null && exit 101\nexit 0\n`;
  writeFileSync(policy, forbids, { mode: 0o755 });
  return { [Symbol.dispose]: () => rmSync(policy, { force: true }) };
}

async function inform([program = "", ...args]: string[], tell: (line: string) => void) {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...QUIET },
  });
  const last: string[] = [];
  const hear = async (stream: NodeJS.ReadableStream) => {
    for await (const line of createInterface(stream)) {
      last.push(line);
      if (last.length > 8) last.shift();
      tell(line);
    }
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  await Promise.all([hear(child.stdout), hear(child.stderr)]);
  const code = await ended;
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${last.join("\n")}`);
}
