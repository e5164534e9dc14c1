// Is the judge of ratios to be trusted? Here the truth is known: two arms whose times have the
// noise of a shared machine, compared again and again. Run it with `node test/study/ratios.ts`:
// it prints how often a true ratio is found and how often a difference is reported that is none.

import { Random } from "#kit/random";
import { compare, pairedRatio } from "#kit/ratio";

/** The noise of one measured time: each time is the true one multiplied by these. */
const NOISE = {
  /** The standard deviation of the logarithm of a time, about 10 %. */
  jitter: 0.1,
  /** How likely a time is hit by a stall, and how many times its own length that adds. */
  stalls: 0.05,
  stallLength: 2,
  /** How far the machine's speed wanders from one time to the next, and how much it slows down. */
  wander: 0.03,
  warming: 0.01,
};

const ROUNDS = [4, 6, 8, 10, 12, 16, 20, 30];

// From so many studies a rate near 5 % is known to within 0.4 %; what is found needs fewer.
const STUDIES = { found: 1000, alarms: 10_000 };

const MOST_ALARMS = 0.05;

/** The share of studies, from 0 to 1, in which a true ratio is reported as other than 1. */
export function reportedAsDifferent(truth: number, rounds: number, studies: number): number {
  const random = new Random(rounds);
  let different = 0;
  for (let study = 0; study < studies; study++) {
    const { ours, theirs } = simulate(truth, rounds, random);
    const verdict = compare(pairedRatio(ours, theirs, study), { atMost: 1 });
    if (verdict !== "inconclusive") different++;
  }
  return different / studies;
}

/** The times of two arms, `truth` apart, measured in turns: AB, BA, AB, BA. */
export function simulate(truth: number, rounds: number, random: Random) {
  let speed = 0;
  const measure = (time: number) => {
    speed += NOISE.warming + NOISE.wander * normal(random);
    const stall = random.chance(NOISE.stalls) ? random.exponential(NOISE.stallLength) : 0;
    return time * Math.exp(speed + NOISE.jitter * normal(random)) * (1 + stall);
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) ours.push(measure(truth));
    theirs.push(measure(1));
    if (round % 2 === 1) ours.push(measure(truth));
  }
  return { ours, theirs };
}

// Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958).
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

function report(rounds: number): void {
  const found = reportedAsDifferent(1.2, rounds, STUDIES.found);
  const alarms = reportedAsDifferent(1, rounds, STUDIES.alarms);
  console.log([String(rounds).padStart(6), percent(found), percent(alarms)].join("  "));
  if (alarms > MOST_ALARMS) process.exitCode = 1;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`.padStart(20);
}

if (import.meta.main) {
  console.log(["rounds", "1.2 found".padStart(20), "1.0 called different".padStart(20)].join("  "));
  ROUNDS.forEach(report);
}
