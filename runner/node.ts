// One process of a service: started, known to be ready, broken and stopped.

import { readFileSync } from "node:fs";
import { type Files, type Place, type ServiceForm, until } from "#kit";
import type { NodeFolder } from "./node-folder.ts";
import { isFree, takenOf } from "./ports.ts";
import type { NodeProcess, Runtime } from "./runtime.ts";

/** A server that ended when nobody asked it to, or would not start. */
export class DeadServer extends Error {
  constructor({ name, form, log }: Pick<NodePlan, "name" | "form" | "log">, how: string) {
    const lines = lastLines(log, 8, form.complaints);
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
  readonly runtime: Runtime;
  readonly folder: NodeFolder;
  /** The file that its output goes to. */
  readonly log: string;
}

export class ServerNode {
  readonly plan: NodePlan;
  readonly #onDeath: (error: DeadServer) => void;
  #process: NodeProcess | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #paused = false;
  #hasRun = false;
  #variables: Readonly<Record<string, string>> = {};

  constructor(plan: NodePlan, onDeath: (error: DeadServer) => void) {
    this.plan = plan;
    this.#onDeath = onDeath;
  }

  /** The process on this machine, while it runs; none for one in a container. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Starts the process and resolves when it answers. Throws DeadServer when it does not. */
  async start(): Promise<void> {
    const { name, form, place, folder, runtime, log } = this.plan;
    const command = form.command(place);
    folder.lay(command);
    // Of a server that was killed a child may hold the port for a moment longer.
    if (this.#hasRun) await until(`${name}'s port to be free`, () => isFree(place.port));
    this.#hasRun = true;
    const started = await runtime.launch({
      program: command.program,
      args: command.args,
      env: { ...command.env, ...this.#variables },
      folder: folder.path,
      log,
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
    try {
      await this.answered(started.ended);
    } catch (error) {
      await this.stop();
      throw error;
    }
    if (ended !== undefined) throw await this.#stillborn(ended);
    answered = true;
  }

  /**
   * Resolves when the node answers, or when its process has ended, where one is known: whoever has
   * its port then may never answer. Throws DeadServer when it takes too long.
   */
  async answered(ended: Promise<unknown> = new Promise(() => {})): Promise<void> {
    const { name, form, place } = this.plan;
    const seconds = form.startSeconds ?? 15;
    try {
      const answers = () => Promise.race([ended, form.ready(place)]).then(() => true);
      await until(`${name} to answer`, answers, { withinMs: seconds * 1_000 });
    } catch (error) {
      throw new DeadServer(this.plan, `is not ready after ${seconds} s (${String(error)})`);
    }
  }

  /** The reason of a start that failed. Not every server's log says that its port was taken. */
  async #stillborn(ended: string): Promise<DeadServer> {
    const { port, ports } = this.plan.place;
    const taken = await takenOf([port, ...Object.values(ports)]);
    const why = taken.length > 0 ? `, and another process has port ${taken.join(" and ")}` : "";
    return new DeadServer(this.plan, `did not start (${ended})${why}`);
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
    if (this.#paused) running.signal("SIGCONT");
    this.#paused = false;
    running.signal(name);
    const insist = setTimeout(() => running.signal("SIGKILL"), OBEY_MS);
    await running.ended;
    clearTimeout(insist);
  }

  /** Stops the process and all that it has forked in their tracks. */
  async pause(): Promise<void> {
    if (!this.#process) return;
    this.#paused = true;
    await this.#process.pause();
  }

  resume(): void {
    if (this.#paused) this.#process?.signal("SIGCONT");
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
    if (then === "reload" && reloadSignal) this.#process?.signal(reloadSignal);
  }

  /** Runs a tool in the node's folder, as its user. Throws with the tool's own words. */
  tool(program: string, args: readonly string[]): Promise<string> {
    return this.#tool(program, args, `${program} failed`);
  }

  async #tool(program: string | undefined, args: readonly string[], complaint: string) {
    const { runtime, folder } = this.plan;
    try {
      return await runtime.tool(program, args, folder.path);
    } catch (error) {
      const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
      throw new Error(`${complaint}:\n${indented((stderr + stdout).trim() || String(error))}`);
    }
  }

  async #check(): Promise<void> {
    const { form, name, place } = this.plan;
    const check = form.check?.(place);
    if (!check) return;
    await this.#tool(check.program, check.args, `${name} does not take this configuration`);
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
