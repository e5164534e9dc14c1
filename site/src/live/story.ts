// A run as the page tells it: its events put together, in the words of the terminal.

import type { EndEvent, Event, PlanEvent, Verdict } from "../../../contracts/events.ts";
import type { Shown, Table } from "./data.ts";

type ServiceEvent = Extract<Event, { kind: "service" }>;

export class Story {
  plan: PlanEvent | undefined;
  end: EndEvent | undefined;
  turn: { readonly arm: string; readonly round: number } | undefined;
  readonly services = new Map<string, ServiceEvent>();
  readonly verdicts: Record<string, Record<string, Verdict[]>> = {};
  /** Servers that a fault has hit in this trial, by name. */
  readonly hurt = new Set<string>();
  readonly traces: Extract<Event, { kind: "trace" }>[] = [];
  readonly #samples: Extract<Event, { kind: "sample" }>[] = [];
  readonly log: string[] = [];
  #trials = 0;

  add(event: Event): void {
    const line = lineOf(event);
    if (line) this.log.push(`${(event.at / 1000).toFixed(2).padStart(6)} s  ${line}`);
    if (event.kind === "plan") this.plan = event;
    else if (event.kind === "service") this.services.set(event.name, event);
    else if (event.kind === "trial") this.#begin(event);
    else if (event.kind === "fault") this.#hit(event);
    else if (event.kind === "finding") this.#trials += 1;
    else if (event.kind === "sample") this.#samples.push(event);
    else if (event.kind === "trace") this.traces.push(event);
    else if (event.kind === "end") this.end = event;
    else if (event.kind === "verdict") {
      const { claim, arm, verdict } = event;
      const heard = this.verdicts[claim]?.[arm] ?? [];
      this.verdicts[claim] = { ...this.verdicts[claim], [arm]: [...heard, verdict] };
    }
  }

  /** Whatever was killed or paused in the trial before is whole again. */
  #begin(turn: { arm: string; round: number }): void {
    this.turn = turn;
    this.hurt.clear();
  }

  #hit({ service, fault }: FaultEvent): void {
    if (fault === "kill" || fault === "pause") this.hurt.add(service);
    else this.hurt.delete(service);
  }

  /** The series of the last round, by name and arm. */
  get series(): Table<[number, number][]> {
    const round = this.turn?.round ?? 0;
    const series: Record<string, Record<string, [number, number][]>> = {};
    for (const { series: name, arm, x, y, round: of } of this.#samples) {
      if (of !== round) continue;
      const points = series[name]?.[arm] ?? [];
      series[name] = { ...series[name], [arm]: [...points, [x, y]] };
    }
    return series;
  }

  /** How far it is, from 0 to 1. */
  get share(): number {
    if (this.end) return 1;
    const { plan } = this;
    return plan ? this.#trials / (plan.arms.length * plan.rounds) : 0;
  }

  /** What it has shown, once it has ended with a result. */
  get shown(): Shown | undefined {
    return this.end && Object.keys(this.end.verdicts).length > 0 ? this.end : undefined;
  }

  /** What goes on, in a few words. */
  get state(): string {
    const { turn, plan } = this;
    if (turn && plan) {
      const { round, arm } = turn;
      return `${round === 0 ? "warm-up" : `round ${round} of ${plan.rounds}`}, ${arm}`;
    }
    const starting = [...this.services.values()].find(({ state }) => state === "starting");
    return starting ? `starting ${starting.name}` : "reading the lab";
  }

  /** How it ended, in a sentence. */
  get sentence(): string {
    const { end, plan } = this;
    if (!end) return "";
    if (end.outcome === "stopped") return "Stopped. Everything that was started has ended.";
    if (end.outcome === "failed") return end.error ?? "It failed.";
    const rounds = plan?.rounds ?? 0;
    const seconds = (end.at / 1000).toFixed(1);
    const trouble = end.error ? `. ${end.error}` : "";
    const over = `${rounds} ${rounds === 1 ? "round" : "rounds"}, ${seconds} s${trouble}`;
    if (end.outcome === "observed") {
      return `Observed with knobs turned: nothing is declared for these. ${over}`;
    }
    return end.outcome === "as-declared"
      ? `As declared: every verdict, in every round. ${over}`
      : `Differs from what the lab declares. ${over}`;
  }
}

type FaultEvent = Extract<Event, { kind: "fault" }>;

function lineOf(event: Event): string | undefined {
  switch (event.kind) {
    case "service": {
      const { name, state, version, readyMs } = event;
      return state === "ready" ? `${name} ${version} ready in ${readyMs} ms` : `starting ${name}`;
    }
    case "trial":
      return `${event.round === 0 ? "warm-up" : `round ${event.round}`}, ${event.arm}`;
    case "note":
      return `  ${event.arm}: ${event.text}`;
    case "fault":
      return `  ${event.fault} ${event.service}${event.node ? ` ${event.node}` : ""}`;
    case "finding":
      return `  ${event.arm}: ${JSON.stringify(event.finding)}, in ${event.ms} ms`;
    case "end":
      return event.error ? `${event.outcome}: ${event.error}` : event.outcome;
  }
}
