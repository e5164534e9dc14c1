// One process of a service: started, known to be ready, broken and stopped.

import { chownSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Place, type ServiceForm, until } from "#kit";
import { which } from "./find.ts";
import { signal } from "./identity.ts";
import type { Launched, Launcher } from "./launch.ts";
import { makeFolder, type User } from "./user.ts";

/** A server that ended when nobody asked it to, or would not start. */
export class DeadServer extends Error {
  constructor(name: string, how: string, log: string) {
    const lines = lastLines(log, 8);
    super(`${name} ${how}${lines ? `; its last lines:\n${lines}` : ""}`);
  }
}

/** How long a server may take to obey a signal, in milliseconds. */
const OBEY_MS = 2_000;

/** What a node needs to be started, again and again. */
export interface NodePlan {
  readonly name: string;
  readonly form: ServiceForm<object, object>;
  readonly place: Place<object>;
  readonly program: string;
  readonly user: User | undefined;
  readonly log: string;
}

export class ServerNode {
  readonly plan: NodePlan;
  readonly #launcher: Launcher;
  readonly #onDeath: (error: DeadServer) => void;
  #process: Launched | undefined;
  #paused = false;

  constructor(plan: NodePlan, launcher: Launcher, onDeath: (error: DeadServer) => void) {
    this.plan = plan;
    this.#launcher = launcher;
    this.#onDeath = onDeath;
  }

  /** The process, while it runs. */
  get pid(): number | undefined {
    return this.#process?.identity.pid;
  }

  /** Starts the process and resolves when it answers. Throws DeadServer when it does not. */
  async start(): Promise<void> {
    const { name, form, place, user, log } = this.plan;
    const { args, env, files = {}, program } = form.command(place);
    for (const [file, text] of Object.entries(files))
      writeFile(join(place.folder, file), text, user);
    const started = this.#launcher.launch({
      program: program ? required(program) : this.plan.program,
      args,
      env,
      folder: place.folder,
      log,
      user,
    });
    this.#process = started;
    let ended: string | undefined;
    void started.ended.then((how) => {
      ended = how;
      if (this.#process === started) this.#died(how);
    });
    const seconds = form.startSeconds ?? 15;
    try {
      await until(
        `${name} to answer`,
        () => (ended === undefined ? form.ready(place).then(() => true) : true),
        { withinMs: seconds * 1_000 },
      );
    } catch (error) {
      throw new DeadServer(name, `is not ready after ${seconds} s (${String(error)})`, log);
    }
    if (ended !== undefined) throw new DeadServer(name, `did not start (${ended})`, log);
  }

  /** Signals the process and waits until it is gone; SIGKILL follows a signal that is not obeyed. */
  async stop(name: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const running = this.#process;
    if (!running) return;
    this.#process = undefined; // what ends now was asked to
    if (this.#paused) this.#send(running, "SIGCONT");
    this.#send(running, name);
    const insist = setTimeout(() => this.#send(running, "SIGKILL"), OBEY_MS);
    await running.ended;
    clearTimeout(insist);
  }

  pause(): void {
    if (this.#process) this.#send(this.#process, "SIGSTOP");
    this.#paused = true;
  }

  resume(): void {
    if (this.#process) this.#send(this.#process, "SIGCONT");
    this.#paused = false;
  }

  #send(running: Launched, name: NodeJS.Signals): void {
    signal(running.identity, name);
  }

  #died(how: string): void {
    this.#process = undefined;
    const { name, log } = this.plan;
    this.#onDeath(new DeadServer(name, `ended in the middle (${how})`, log));
  }
}

function required(program: string): string {
  const path = which(program);
  if (!path) throw new Error(`no ${program} on this machine`);
  return path;
}

function writeFile(path: string, text: string, user: User | undefined): void {
  makeFolder(dirname(path), user);
  writeFileSync(path, text);
  if (user) chownSync(path, user.uid, user.gid);
}

function lastLines(file: string, count: number): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines
      .slice(-count)
      .map((line) => `  | ${line}`)
      .join("\n");
  } catch {
    return "";
  }
}
