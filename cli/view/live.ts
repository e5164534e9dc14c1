// What happens while a run goes on: one line that changes on a terminal, a few lines in a pipe.

import type { Event, PlanEvent } from "../../contracts/events.ts";
import { paint } from "./style.ts";

const out = process.stderr;

/** Follows a run on standard error. */
export class Live {
  readonly #label: string;
  #plan: PlanEvent | undefined;
  #round = -1;

  constructor(label = "") {
    this.#label = label && `${label}: `;
  }

  show(event: Event): void {
    if (event.kind === "plan") this.#plan = event;
    const text = this.#text(event);
    if (!text) return;
    if (out.isTTY) out.write(`\r\x1b[K${paint("dim", this.#label + text, out)}`);
    else if (event.kind !== "trial" || this.#isNewRound(event.round)) {
      out.write(`${this.#label}${text}\n`);
    }
  }

  /** Takes the changing line away. */
  clear(): void {
    if (out.isTTY) out.write("\r\x1b[K");
  }

  #text(event: Event): string | undefined {
    if (event.kind === "service") {
      const { name, state, version, readyMs } = event;
      return state === "ready" ? `${name} ${version} ready in ${readyMs} ms` : `starting ${name}`;
    }
    if (event.kind !== "trial") return undefined;
    const { round, arm } = event;
    const which = round === 0 ? "warm-up" : `round ${round} of ${this.#plan?.rounds}`;
    return out.isTTY ? `${which}, ${arm}` : which;
  }

  #isNewRound(round: number): boolean {
    if (round === this.#round) return false;
    this.#round = round;
    return true;
  }
}
