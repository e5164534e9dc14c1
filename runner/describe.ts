// Turns a lab into plain data, in the lab's own process. It loads no schema: a lab must start fast.

import type { Knob, Lab, Service } from "#kit";
import type { Description } from "../contracts/description.ts";

/** The name of the reader's own arm, of which the lab declares nothing. */
export const YOURS = "yours";

type Sweeps = Readonly<Record<string, readonly number[]>>;

const AGAIN = " again";

/** The name of an arm that runs against itself, in an A/A run. */
export const again = (arm: string) => arm + AGAIN;

/** The arm behind a name that `again` may have made. */
export const withoutAgain = (arm: string) => arm.replace(AGAIN, "");

const DEADLINE_SECONDS = 20;

/** Describes a lab. Throws when the module's default export has not the form of one. */
export function describe(lab: Lab): Description {
  if (typeof lab?.trial !== "function" || !lab.arms || !lab.claims) {
    throw new Error("its default export is not a lab; write `export default lab({ ... })`");
  }
  const { title, question, deadlineSeconds = DEADLINE_SECONDS } = lab;
  return {
    title,
    question,
    deadlineSeconds,
    traced: lab.traced && ({ ...lab.traced } as Record<string, number>),
    sweeps: lab.sweeps && mapValues(lab.sweeps as Sweeps, (values) => [...values]),
    arms: Object.keys(lab.arms),
    services: mapValues(lab.services as Record<string, Service>, ({ form, chosen, alone }) => ({
      service: form.name,
      options: { ...chosen },
      alone,
      nodes: [...(form.nodes?.({ ...form.options, ...chosen }) ?? [form.name])],
    })),
    knobs: mapValues(lab.knobs ?? {}, rangeOf),
    claims: mapValues(lab.claims, (one) => ({
      brokenBy: [...one.brokenBy],
      ...("ratio" in one
        ? { ratio: { to: one.to, atMost: one.atMost, atLeast: one.atLeast } }
        : {}),
    })),
    measures: mapValues(lab.measures ?? {}, (one) => (typeof one === "function" ? "" : one.unit)),
  };
}

/** True for a lab whose numbers waver with the machine's load: it runs alone, and warms up. */
export function measuresTime({ claims, measures }: Description): boolean {
  const units = Object.values(measures);
  return units.some((unit) => TIME.test(unit)) || Object.values(claims).some((one) => one.ratio);
}

const TIME = /^(ns|us|ms|s|x|.*\/s)$/;

function rangeOf(knob: Knob): { value: number; from: number; to: number } {
  return typeof knob === "number" ? { value: knob, from: 1, to: Math.max(10, knob * 10) } : knob;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
