// What a run will do, once the lab has told what it is.

import type { Description } from "../contracts/description.ts";
import { measuresTime, withoutAgain } from "./describe.ts";
import type { Request } from "./run.ts";

/** A request that does not fit the lab: an unknown knob or arm, a number out of its range. */
export class BadRequest extends Error {}

export interface Plan {
  readonly knobs: Record<string, number>;
  /** True when a knob is turned or links stand in between: the lab declares nothing of that. */
  readonly turned: boolean;
  readonly arms: string[];
  readonly rounds: number;
  readonly warmUp: boolean;
  /** True when links record what crosses the wire. */
  readonly traced: boolean;
}

/** Counted rounds by default: of a lab that only counts, and of one that measures time. */
const ROUNDS = { counts: 3, times: 8 };
const FEWEST = { counts: 1, times: 8 }; // a comparison can be made from 6 on, and is dull then

/** Plans a run, or throws BadRequest. */
export function planOf(request: Request, lab: Description): Plan {
  const knobs: Record<string, number> = {};
  for (const [name, { value }] of Object.entries(lab.knobs)) knobs[name] = value;
  // The lab's own choice for a drawing may be smaller than what shows its effect.
  if (request.traced) Object.assign(knobs, lab.traced);
  for (const [name, value] of Object.entries(request.knobs ?? {})) {
    checkKnob(name, value, lab);
    knobs[name] = value;
  }
  const isTurned = Object.entries(knobs).some(([name, value]) => value !== lab.knobs[name]?.value);
  const arms = request.arms ?? lab.arms;
  for (const arm of arms.map(withoutAgain)) {
    if (!lab.arms.includes(arm)) throw new BadRequest(unknown("arm", arm, lab.arms));
  }
  const timed = measuresTime(lab);
  const traced = request.traced ?? false;
  if (traced) return { knobs, turned: true, arms: [...arms], rounds: 1, warmUp: false, traced };
  const rounds = request.rounds ?? (request.fewest ? FEWEST : ROUNDS)[timed ? "times" : "counts"];
  return { knobs, turned: isTurned, arms: [...arms], rounds, warmUp: timed, traced };
}

function checkKnob(name: string, value: number, lab: Description): void {
  const knob = Object.hasOwn(lab.knobs, name) ? lab.knobs[name] : undefined;
  if (!knob) throw new BadRequest(unknown("knob", name, Object.keys(lab.knobs)));
  if (!(value >= knob.from && value <= knob.to)) {
    throw new BadRequest(`${name} goes from ${knob.from} to ${knob.to}, not ${value}`);
  }
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const list = known.length > 0 ? `it has ${known.join(", ")}` : "it has none";
  return `the lab has no ${kind} "${name}"; ${list}`;
}
