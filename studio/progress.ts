// What a reader has done, in one file of the user's own, so that it outlives clones and browsers.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { EndEvent } from "../contracts/events.ts";
import type { Guess } from "./requests.ts";

const day = z.iso.datetime();

const doneSchema = z.object({
  read: day.optional(),
  seen: day.optional().describe("looked at the answer without a guess"),
  predicted: z
    .object({ at: day, right: z.number().int(), of: z.number().int(), guess: z.unknown() })
    .optional(),
  ran: z.object({ at: day, times: z.number().int() }).optional(),
  practised: day.optional(),
});

export const progressSchema = z.object({
  version: z.literal(1),
  labs: z.record(z.string(), doneSchema).describe("by id"),
});

export type Done = z.infer<typeof doneSchema>;
export type ProgressFile = z.infer<typeof progressSchema>;

/** How often the guesses were right. */
export interface Calibration {
  readonly right: number;
  readonly of: number;
}

export class Progress {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** All of it, as the file has it now. Throws when the file is there and is not ours. */
  get all(): ProgressFile {
    try {
      return progressSchema.parse(JSON.parse(readFileSync(this.file, "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, labs: {} };
      throw new Error(`${this.file} is not a record of progress that we can read; move it away`);
    }
  }

  of(lab: string): Done {
    return this.all.labs[lab] ?? {};
  }

  /** The ids of what was run, predicted or practised. */
  get learnt(): ReadonlySet<string> {
    const done = Object.entries(this.all.labs);
    return new Set(done.flatMap(([id, one]) => (one.ran || one.predicted ? id : [])));
  }

  /** Right guesses by category, over all labs. */
  get calibration(): Record<string, Calibration> {
    const sums: Record<string, Calibration> = {};
    for (const [id, { predicted }] of Object.entries(this.all.labs)) {
      if (!predicted) continue;
      const category = id.slice(0, id.indexOf("/"));
      const { right, of } = sums[category] ?? { right: 0, of: 0 };
      sums[category] = { right: right + predicted.right, of: of + predicted.of };
    }
    return sums;
  }

  /** Notes that a page was read to its end, or its answer looked at. The first time counts. */
  mark(lab: string, mark: "read" | "seen" | "practised"): void {
    this.#change(lab, (done) => ({ [mark]: now(), ...done }));
  }

  /** Notes a run; the first guess about a lab is scored and kept. */
  ran(lab: string, end: EndEvent, guess: Guess | undefined): void {
    this.#change(lab, (done) => ({
      ...done,
      predicted: done.predicted ?? (guess && { at: now(), ...score(guess, end), guess }),
      ran: { at: now(), times: (done.ran?.times ?? 0) + 1 },
    }));
  }

  /** Reads, changes and writes the file, whole or not at all. */
  #change(lab: string, change: (done: Done) => Done): void {
    const { version, labs } = this.all;
    const changed = { version, labs: { ...labs, [lab]: change(labs[lab] ?? {}) } };
    mkdirSync(dirname(this.file), { recursive: true });
    const draft = `${this.file}.${process.pid}`;
    try {
      const file = openSync(draft, "w", 0o600);
      writeSync(file, `${JSON.stringify(changed, undefined, 1)}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(draft, this.file);
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** How many cells were guessed, and how many rightly. */
export function score(guess: Guess, { verdicts }: Pick<EndEvent, "verdicts">): Calibration {
  const cells = Object.entries(guess).flatMap(([claim, byArm]) =>
    Object.entries(byArm).map(([arm, guessed]) => guessed === verdicts[claim]?.[arm]),
  );
  return { right: cells.filter(Boolean).length, of: cells.length };
}

function now(): string {
  return new Date().toISOString();
}
