// What a lab's page carries for the code that makes it live, as JSON.

import type { Description } from "../../../contracts/description.ts";
import type { RatioFound, Verdict } from "../../../contracts/events.ts";
import type { Evidence } from "../../../contracts/evidence.ts";

/** Median and range of a measure over the rounds. */
export interface Spread {
  readonly n: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** By claim or measure, and then by arm. */
export type Table<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** What a run has shown: the author's, from the evidence, or the reader's own. */
export interface Shown {
  readonly verdicts: Table<Verdict>;
  readonly measures: Table<Spread>;
  readonly ratios: readonly RatioFound[];
}

/** Where a number comes from, and the command that makes it again. */
export interface Source {
  readonly title: string;
  readonly command: string;
}

/** A line marked `matters` in the lab's code. */
export interface Matter {
  readonly claims: readonly string[];
  readonly arms: readonly string[];
  /** The name of its file within the lab's folder. */
  readonly file: string;
  readonly line: number;
}

export interface LabData {
  readonly id: string;
  readonly slug: string;
  readonly category: string;
  readonly arms: readonly string[];
  readonly claims: Description["claims"];
  /** Units by measure; a count has none. */
  readonly measures: Description["measures"];
  readonly knobs: Description["knobs"];
  readonly services: readonly string[];
  readonly matters: readonly Matter[];
  readonly recorded: Shown | undefined;
  /** Of what was recorded. */
  readonly source: Source | undefined;
  /** By knob: medians by measure and arm at other values of that knob, as recorded. */
  readonly sweeps: NonNullable<Evidence["sweeps"]>;
  /** Points by series and arm, from the evidence's last round. */
  readonly series: Table<readonly (readonly [number, number])[]>;
}
