// Docker as a reader has it: its client, and compose as a plugin of it or as a program of its own.

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a container's program said and how it ended. */
export interface Ended {
  readonly said: string;
  readonly code: number;
}

/** Runs a command of Docker's client. Rejects with its words when it fails. */
export async function docker(...args: string[]): Promise<string> {
  // What builds images here need not be on the machine: the engine itself can.
  const env = { ...process.env, DOCKER_BUILDKIT: "0" };
  return (await run("docker", args, { env, maxBuffer: 2 ** 30 })).stdout.trim();
}

/** Runs one command of compose on a file that it is given at its standard input. */
export function compose(file: string, project: string, ...args: string[]): Promise<Ended> {
  const [program = "", ...words] = [...PROGRAM, "--project-name", project, "--file", "-", ...args];
  const env = { ...process.env, DOCKER_SOCKET: socket() };
  return new Promise((resolve) => {
    const child = execFile(program, words, { env, maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      resolve({ said: stdout + stderr, code: error ? Number(error.code) : 0 });
    });
    child.stdin?.end(file);
  });
}

const PROGRAM = hasPlugin() ? ["docker", "compose"] : ["docker-compose"];

function hasPlugin(): boolean {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The engine's socket, where the client finds it. */
function socket(): string {
  return (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", "");
}
