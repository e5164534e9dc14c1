// The runner's end of a lab's process: it gives orders, waits with a deadline, and ends it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Description } from "../contracts/description.ts";
import { signal } from "./identity.ts";
import type { Launched, Launcher } from "./launch.ts";
import type { Judged, Order, Report } from "./messages.ts";
import { sourceOf } from "./source-line.ts";

const LAB_PROCESS = fileURLToPath(new URL("./lab-process.ts", import.meta.url));
const IMPORT_SECONDS = 10;

/** The lab itself went wrong: it does not load, threw, hung, or found what is not plain. */
export class LabError extends Error {}

/** What a lab says while a trial runs. */
export type Aside = Exclude<Report, { kind: "described" | "judged" | "failed" }>;

export class LabHost implements AsyncDisposable {
  readonly #process: Launched;
  readonly #file: string;
  readonly #log: string;
  #listen: (report: Report) => void = () => {};
  #ended: string | undefined;

  /** Starts the process, which imports the lab at once. */
  constructor(file: string, launcher: Launcher, yours?: string) {
    const folder = launcher.newFolder("lab");
    this.#file = file;
    this.#log = join(folder, "output.log");
    this.#process = launcher.launch({
      program: process.execPath,
      args: ["--disable-warning=ExperimentalWarning", LAB_PROCESS, file, ...(yours ? [yours] : [])],
      env: { NO_COLOR: "1" },
      folder,
      log: this.#log,
      channel: true,
    });
    this.#process.child.on("message", (report: Report) => this.#listen(report));
    void this.#process.ended.then((how) => {
      this.#ended = how;
      this.#listen({ kind: "failed", message: `the lab's process ended (${how})`, stack: "" });
    });
  }

  get pid(): number {
    return this.#process.identity.pid;
  }

  /** Resolves with the lab as data. Throws LabError when it does not load. */
  describe(): Promise<Description> {
    return this.#await(IMPORT_SECONDS, "it takes too long to import", (report, done) => {
      if (report.kind === "described") done(report.lab);
    });
  }

  /** Runs one trial. Throws LabError when it fails or its time is up. */
  trial(
    order: Extract<Order, { kind: "trial" }>,
    seconds: number,
    hear: (aside: Aside) => void,
  ): Promise<Judged> {
    this.#process.child.send(order);
    const late = `it did not end within ${seconds} s`;
    return this.#await(seconds, late, (report, done) => {
      if (report.kind === "judged") done(report);
      else if (report.kind !== "described" && report.kind !== "failed") hear(report);
    });
  }

  /** Answers what the lab asked for, with a text or an error. */
  answer(id: number, outcome: { readonly text?: string; readonly error?: string }): void {
    const order: Order = { kind: "answer", id, ...outcome };
    if (this.#process.child.connected) this.#process.child.send(order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    signal(this.#process.identity, "SIGKILL");
    await this.#process.ended;
  }

  /** Listens until `hear` is done, the lab fails or `seconds` are over. */
  #await<Result>(
    seconds: number,
    late: string,
    hear: (report: Report, done: (result: Result) => void) => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new LabError(late)), seconds * 1_000);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#listen = () => {};
        act();
      };
      this.#listen = (report) => {
        if (report.kind === "failed") settle(() => reject(this.#explain(report)));
        else hear(report, (result) => settle(() => resolve(result)));
      };
      if (this.#ended) this.#listen({ kind: "failed", message: this.#ended, stack: "" });
    });
  }

  #explain({ message, stack }: { message: string; stack: string }): LabError {
    const where = sourceOf(stack, this.#file);
    const output = this.#ended ? readFileSync(this.#log, "utf8").trim() : "";
    return new LabError([message, where && `at ${where}`, output].filter(Boolean).join("\n"));
  }
}
