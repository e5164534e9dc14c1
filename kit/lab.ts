// The form of a lab: data and one function. `lab` only types what it is given; the runner runs it.

import type { Running, Service } from "./service.ts";

/** A number that the reader can turn; a bare number may be turned between 1 and ten times itself. */
export type Knob = number | { readonly value: number; readonly from: number; readonly to: number };

/** What a trial works with: the running services by the lab's names, the knobs, and its notes. */
export type Bench<Services, Knobs> = {
  readonly [Name in keyof Services]: Services[Name] extends Service<infer _Options, infer Face>
    ? Running<Face>
    : never;
} & {
  readonly knobs: { readonly [Name in keyof Knobs]: number };
  /** The name of the arm on trial. */
  readonly arm: string;
  /** Says something in the run's stream of events; for what a reader should see happen. */
  note(text: string): void;
  /** Adds a point to a series, for a plot. */
  sample(series: string, x: number, y: number): void;
};

/** A promise that is decided in every trial by what the arm did there. */
export interface PlainClaim<Finding, ArmName> {
  holds(found: Finding): boolean;
  /** The negative control: the arms that break it. */
  readonly brokenBy: readonly ArmName[];
}

/**
 * A promise about a quantity that wavers (a time): the arm's number over that of another arm in the
 * same round. It is kept or broken when the 95 % interval of the median ratio lies on one side of
 * the limit, else inconclusive, which counts as neither. The arm compared against keeps it.
 */
export interface RatioClaim<Finding, ArmName> {
  ratio(found: Finding): number;
  readonly to: ArmName;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly brokenBy: readonly ArmName[];
}

export type Claim<Finding, ArmName> = PlainClaim<Finding, ArmName> | RatioClaim<Finding, ArmName>;

/** What an arm costs: a count, or a number with its unit. */
export type Measure<Finding> =
  | ((found: Finding) => number)
  | { readonly unit: string; of(found: Finding): number };

// biome-ignore lint/suspicious/noExplicitAny: a service of any options and any face
export type AnyService = Service<any, any>;

/** One question, answered by an experiment. */
export interface Lab<
  Services extends Record<string, AnyService> = Record<string, AnyService>,
  Knobs extends Record<string, Knob> = Record<string, Knob>,
  // biome-ignore lint/suspicious/noExplicitAny: what an arm is, the lab says
  Arms extends Record<string, any> = Record<string, any>,
  // biome-ignore lint/suspicious/noExplicitAny: what a trial finds, the lab says
  Finding = any,
> {
  readonly title: string;
  readonly question: string;
  readonly services: Services;
  readonly knobs?: Knobs;
  readonly arms: Arms;
  /** Runs one arm once. What it returns is plain JSON. */
  trial(arm: Arms[keyof Arms], bench: Bench<Services, Knobs>): Promise<Finding>;
  readonly claims: Readonly<Record<string, Claim<Finding, keyof Arms & string>>>;
  readonly measures?: Readonly<Record<string, Measure<Finding>>>;
  /** Knobs for a trial whose messages are drawn; a lab without them is not traced when recorded. */
  readonly traced?: { readonly [Name in keyof Knobs]?: number };
  /** Values of knobs at which it is recorded, too, one knob at a time: how its measures grow. */
  readonly sweeps?: { readonly [Name in keyof Knobs]?: readonly number[] };
  /** How long one trial may take; 20 seconds by default. */
  readonly deadlineSeconds?: number;
}

/** Declares a lab. Everything is inferred, from the services to the names that `brokenBy` takes. */
export function lab<
  Services extends Record<string, AnyService>,
  Arms extends Record<string, unknown>,
  Finding,
  Knobs extends Record<string, Knob> = Record<never, never>,
>(form: Lab<Services, Knobs, Arms, Finding>): Lab<Services, Knobs, Arms, Finding> {
  return form;
}
