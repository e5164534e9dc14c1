import { Random } from "../random.ts";
import type { OpenPlan } from "./plan.ts";

/**
 * The moments at which requests are due, in milliseconds since the beginning, in order: evenly
 * apart from 0 on, or a Poisson process of the same rate.
 */
export function* arrivals(plan: Omit<OpenPlan<unknown>, "data">): Generator<number, void> {
  const { perSecond, seconds, seed = 1 } = plan;
  const apart = 1000 / perSecond;
  if (plan.arrivals === "poisson") {
    const random = new Random(seed);
    const gap = () => random.exponential(apart);
    for (let at = gap(); at < 1000 * seconds; at += gap()) yield at;
  } else {
    const due = Math.round(perSecond * seconds);
    for (let turn = 0; turn < due; turn++) yield turn * apart; // a running sum would drift
  }
}
