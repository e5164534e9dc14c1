// What a finished run says on the terminal.

import type { EndEvent } from "../../contracts/events.ts";
import type { Ran } from "../run/labs.ts";
import { differences, matrix } from "./matrix.ts";
import { paint } from "./style.ts";
import { diagrams } from "./trace.ts";

/** The matrix, and in a sentence whether it is as the lab declares; or why there is none. */
export function verdictOf({ id, plan, end, events }: Ran): string[] {
  if (end.outcome === "stopped") return ["Stopped. Everything that was started has ended."];
  if (!plan || end.outcome === "failed") return failed(id, end.error ?? "", end.missing);
  const drawings = diagrams(events);
  const head = [paint("bold", plan.lab.title), paint("dim", plan.lab.question), ""];
  const lines = [
    ...head,
    ...drawings,
    ...matrix(plan, end),
    "",
    sentence(end.outcome, plan.rounds, end.at),
  ];
  return [...lines, ...differences(end).map((line) => `  ${line}`), ...ofYours(end)];
}

/** Of the reader's own arm: the promises that it breaks and another arm keeps. */
function ofYours({ verdicts }: EndEvent): string[] {
  return Object.entries(verdicts).flatMap(([claim, { yours, ...others }]) => {
    if (yours === undefined || yours === "kept") return [];
    const keepers = Object.keys(others).filter((arm) => others[arm] === "kept");
    return keepers.length > 0 ? [`yours breaks "${claim}", which ${keepers.join(", ")} keeps`] : [];
  });
}

function sentence(outcome: string, rounds: number, ms: number): string {
  const seconds = (ms / 1_000).toFixed(1);
  const over = `${rounds} ${rounds === 1 ? "round" : "rounds"}, ${seconds} s`;
  if (outcome === "observed")
    return `Observed with knobs turned: nothing is declared for these. ${over}`;
  return outcome === "as-declared"
    ? paint("green", `As declared: every verdict, in every round. ${over}`)
    : paint("red", `Differs from what the lab declares. ${over}`);
}

function failed(id: string, error: string, missing: string | undefined): string[] {
  const next = missing ? `npx pareto install ${missing}` : `npx pareto run ${id} --json`;
  return [`${id}: ${error}`, `Try: ${next}`];
}
