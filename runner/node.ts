// One process of a service: started, known to be ready, broken and stopped.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { type Files, type Place, type ServiceForm, until } from "#kit";
import { familyOf } from "./family.ts";
import { which } from "./find.ts";
import { signal } from "./identity.ts";
import type { Launched, Launcher } from "./launch.ts";
import type { NodeFolder } from "./node-folder.ts";
import { isFree } from "./ports.ts";
import type { User } from "./user.ts";

/** A server that ended when nobody asked it to, or would not start. */
export class DeadServer extends Error {
  constructor({ name, form, log }: Pick<NodePlan, "name" | "form" | "log">, how: string) {
    const lines = lastLines(log, 8, form.complaints);
    super(`${name} ${how}${lines ? `; its last lines:\n${lines}` : ""}`);
  }
}

/** How much a tool may print, in bytes. */
const TOOL_OUTPUT = 64 << 20;

/** How long a server may take to obey a signal, in milliseconds. */
const OBEY_MS = 2_000;

/** What a node needs to be started, again and again. */
export interface NodePlan {
  readonly name: string;
  readonly form: ServiceForm<object, object>;
  readonly place: Place<object>;
  readonly program: string;
  readonly user: User | undefined;
  readonly folder: NodeFolder;
  readonly log: string;
}

export class ServerNode {
  readonly plan: NodePlan;
  readonly #launcher: Launcher;
  readonly #onDeath: (error: DeadServer) => void;
  #process: Launched | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #paused = false;
  #hasRun = false;
  #variables: Readonly<Record<string, string>> = {};

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
    const { name, form, place, folder, user, log } = this.plan;
    const command = form.command(place);
    folder.lay(command);
    // Of a server that was killed a child may hold the port for a moment longer.
    if (this.#hasRun) await until(`${name}'s port to be free`, () => isFree(place.port));
    this.#hasRun = true;
    const started = this.#launcher.launch({
      program: this.#pathOf(command.program ?? this.plan.program),
      args: command.args,
      env: { ...command.env, ...this.#variables },
      folder: folder.path,
      log,
      user,
    });
    this.#process = started;
    let ended: string | undefined;
    let answered = false;
    void started.ended.then((how) => {
      ended = how;
      if (this.#process !== started) return; // it was asked to
      this.#process = undefined;
      if (answered) this.#onDeath(new DeadServer(this.plan, `ended in the middle (${how})`));
    });
    const seconds = form.startSeconds ?? 15;
    try {
      await until(
        `${name} to answer`,
        () => (ended === undefined ? form.ready(place).then(() => true) : true),
        { withinMs: seconds * 1_000 },
      );
    } catch (error) {
      await this.stop();
      throw new DeadServer(this.plan, `is not ready after ${seconds} s (${String(error)})`);
    }
    if (ended !== undefined) throw new DeadServer(this.plan, `did not start (${ended})`);
    answered = true;
  }

  /** Starts the process, again where it runs, with variables that also hold for later restarts. */
  async startWith(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.stop();
    this.#variables = variables;
    await this.start();
  }

  /** Signals the process and waits until it is gone; SIGKILL follows a signal that is not obeyed. */
  async stop(name: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const running = this.#process;
    if (!running) return this.#stopping; // two may ask for the same: both wait until it is gone
    this.#process = undefined; // what ends now was asked to
    this.#stopping = running.ended.then(() => {});
    if (this.#paused) this.#send(running, "SIGCONT");
    this.#paused = false;
    this.#send(running, name);
    const insist = setTimeout(() => this.#send(running, "SIGKILL"), OBEY_MS);
    await running.ended;
    clearTimeout(insist);
  }

  /** Stops the process and all that it has forked in their tracks. */
  async pause(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    this.#paused = true;
    await until(`${this.plan.name} to stand still`, () => {
      this.#send(running, "SIGSTOP"); // again, since a child may fork before it is stopped
      return familyOf([running.identity.pid]).every(({ state }) => state === "T");
    });
  }

  resume(): void {
    if (this.#process && this.#paused) this.#send(this.#process, "SIGCONT");
    this.#paused = false;
  }

  /** Stops the process, where it still runs, and starts it on the same data. */
  async restart(): Promise<void> {
    await this.stop(this.plan.form.stopSignal ?? "SIGTERM");
    await this.start();
  }

  /**
   * Rewrites files in the node's folder and has the process take notice. Throws when the service
   * says that they are wrong, or does not start with them; the old files are back then.
   */
  async configure(files: Files, then: "restart" | "reload" | "nothing"): Promise<void> {
    const undo = this.plan.folder.configure(files);
    try {
      await this.#check();
      if (then === "restart") await this.restart();
    } catch (error) {
      undo();
      throw error;
    }
    const { reloadSignal } = this.plan.form;
    if (then === "reload" && this.#process && reloadSignal) this.#send(this.#process, reloadSignal);
  }

  /** Runs a tool in the node's folder, as its user. Throws with the tool's own words. */
  async tool(program: string, args: readonly string[], complaint = `${program} failed`) {
    const { user, folder } = this.plan;
    try {
      const options = { cwd: folder.path, ...user, maxBuffer: TOOL_OUTPUT };
      return (await promisify(execFile)(this.#pathOf(program), [...args], options)).stdout;
    } catch (error) {
      const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
      throw new Error(`${complaint}:\n${indented((stderr + stdout).trim() || String(error))}`);
    }
  }

  async #check(): Promise<void> {
    const { form, name, place, program } = this.plan;
    const check = form.check?.(place);
    if (!check) return;
    const complaint = `${name} does not take this configuration`;
    await this.tool(check.program ?? program, check.args, complaint);
  }

  /** A program that lies beside the server's own, or on PATH. */
  #pathOf(program: string): string {
    const beside = resolve(dirname(this.plan.program), program);
    const path = existsSync(beside) ? beside : which(program);
    if (!path) throw new Error(`no ${program} on this machine`);
    return path;
  }

  #send(running: Launched, name: NodeJS.Signals): void {
    signal(running.identity, name);
  }
}

/** The last lines of a log; only complaints, where it has any. */
function lastLines(file: string, count: number, complaints = /./): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const told = lines.filter((line) => complaints.test(line));
    return indented((told.length > 0 ? told : lines).slice(-count).join("\n"));
  } catch {
    return "";
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, "  | ");
}
