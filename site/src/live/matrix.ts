// The matrix in the page: covered, asked for a guess, filled cell by cell, compared.

import type { Verdict } from "../../../contracts/events.ts";
import { measureCells, verdictCell } from "../cells.ts";
import type { LabData, Shown, Source } from "./data.ts";
import { element } from "./elements.ts";
import type { Story } from "./story.ts";
import type { Guess } from "./studio.ts";

/** The order in which a press on a cell goes through the answers. */
const ANSWERS = ["kept", "broken"] as const;

export class Matrix {
  readonly #table: HTMLElement;
  readonly #data: LabData;
  /** The lab's, and the reader's own once it has run. */
  readonly #arms: string[];

  constructor(table: HTMLElement, data: LabData) {
    this.#table = table;
    this.#data = data;
    this.#arms = [...data.arms];
  }

  get cells(): number {
    return Object.keys(this.#data.claims).length * this.#data.arms.length;
  }

  /** Asks for a guess in every cell; `changed` hears of each. */
  ask(guess: Guess, changed: () => void): void {
    this.#uncover();
    for (const { claim, arm, cell } of this.#verdictCells()) {
      const group = document.createElement("span");
      group.className = "ask";
      group.role = "group";
      group.ariaLabel = `${claim}, ${arm}`;
      group.append(...ANSWERS.map((answer) => choice(answer, guess[claim]?.[arm] === answer)));
      group.addEventListener("click", ({ target }) => {
        const pressed = (target as Element).closest("button");
        if (!pressed) return;
        const was = pressed.ariaPressed === "true";
        for (const one of group.querySelectorAll("button")) one.ariaPressed = "false";
        pressed.ariaPressed = String(!was);
        const { [arm]: _, ...others } = guess[claim] ?? {};
        const answer = pressed.value as (typeof ANSWERS)[number];
        guess[claim] = was ? others : { ...others, [arm]: answer };
        changed();
      });
      cell.replaceChildren(group);
    }
    this.#measure({ measures: {} });
  }

  /** Shows what a run has found; with a guess, where that was wrong. */
  show({ verdicts, measures, ratios }: Shown, guess: Guess = {}, source?: Source): void {
    this.#uncover();
    for (const { claim, arm, cell } of this.#verdictCells()) {
      const verdict = verdicts[claim]?.[arm];
      const ratio = ratios.find((one) => one.claim === claim && one.arm === arm);
      cell.innerHTML = verdict ? verdictCell(verdict, "", ratio) : "";
      const guessed = guess[claim]?.[arm];
      if (verdict && guessed && guessed !== verdict) cell.append(wrong(guessed));
    }
    this.#measure({ measures }, source);
  }

  /** Shows the author's run; where nothing has been recorded, what the lab declares. */
  author(guess?: Guess): void {
    const { recorded, knobs } = this.#data;
    this.#caption(Object.entries(knobs).map(([name, { value }]) => [name, value]));
    if (recorded) this.show(recorded, guess, this.#data.source);
    else this.#declare();
  }

  /** Shows what fell without a line, in the middle of what stands with it. */
  changed(shown: Shown): void {
    this.author();
    const { claims } = this.#data;
    for (const { claim, arm, cell } of this.#verdictCells()) {
      const verdict = shown.verdicts[claim]?.[arm];
      cell.classList.toggle("aside", verdict === undefined);
      if (verdict === undefined) continue;
      const wasKept = !claims[claim]?.brokenBy.includes(arm);
      const fell = verdict !== "kept" && wasKept;
      cell.innerHTML = verdictCell(verdict, fell ? "fallen" : "");
    }
    this.#measure(shown);
  }

  #declare(): void {
    this.#uncover();
    for (const { claim, arm, cell } of this.#verdictCells()) {
      const isBroken = this.#data.claims[claim]?.brokenBy.includes(arm);
      cell.innerHTML = verdictCell(isBroken ? "broken" : "kept", "declared");
    }
    this.#measure({ measures: {} });
  }

  /** Every verdict of a run is still to come. */
  await(arms: readonly string[], knobs?: Readonly<Record<string, number>>): void {
    for (const arm of arms) this.#column(arm);
    if (knobs) this.#caption(Object.entries(knobs));
    this.#uncover();
    for (const { arm, cell } of this.#verdictCells()) {
      cell.classList.toggle("aside", !arms.includes(arm));
      cell.innerHTML = PENDING;
    }
    this.#measure({ measures: {} });
  }

  /** Shows a run as far as it is. */
  fill({ plan, end, turn, verdicts, shown }: Story): void {
    if (shown) this.show(shown);
    else {
      for (const [claim, byArm] of Object.entries(verdicts)) {
        for (const [arm, heard] of Object.entries(byArm)) {
          this.#grow(claim, arm, heard, plan?.rounds ?? heard.length);
        }
      }
    }
    this.#turn(end ? undefined : turn?.arm);
  }

  /** A cell while rounds go on: what they agree on so far, and how many there were. */
  #grow(claim: string, arm: string, heard: readonly Verdict[], rounds: number): void {
    const cell = this.#cell("claim", claim, arm);
    const [first] = heard;
    if (!cell || !first) return;
    const verdict = heard.every((one) => one === first) ? first : "inconclusive";
    cell.innerHTML = verdictCell(verdict, heard.length < rounds ? "growing" : "");
  }

  /** Marks the arm whose turn it is. */
  #turn(arm: string | undefined): void {
    for (const head of this.#table.querySelectorAll("thead th + th")) {
      head.classList.toggle("on", head.textContent === arm);
    }
  }

  /** Says at which knobs the matrix holds. */
  #caption(knobs: readonly (readonly [string, number])[]): void {
    const head = this.#table.querySelector("thead th");
    if (head) head.textContent = knobs.map(([name, value]) => `${name} ${value}`).join(", ");
  }

  /** Adds the column of an arm that the lab does not have: the reader's own. */
  #column(arm: string): void {
    if (this.#arms.includes(arm)) return;
    this.#arms.push(arm);
    const head = element("th", { scope: "col" }, arm);
    this.#table.querySelector("thead tr")?.append(head);
    for (const row of this.#table.querySelectorAll("tbody tr")) {
      const cell = element("td");
      cell.dataset.arm = arm;
      row.append(cell);
    }
  }

  #uncover(): void {
    this.#table.classList.remove("covered");
    for (const cell of this.#table.querySelectorAll(".aside")) cell.classList.remove("aside");
  }

  #measure({ measures }: Pick<Shown, "measures">, source?: Source): void {
    for (const { measure, arm, cell } of this.#measureCells()) {
      cell.innerHTML = measureCells(measures[measure] ?? {}, source)[arm] ?? "";
    }
  }

  *#verdictCells() {
    for (const claim of Object.keys(this.#data.claims)) {
      for (const arm of this.#arms) {
        const cell = this.#cell("claim", claim, arm);
        if (cell) yield { claim, arm, cell };
      }
    }
  }

  *#measureCells() {
    for (const measure of Object.keys(this.#data.measures)) {
      for (const arm of this.#arms) {
        const cell = this.#cell("measure", measure, arm);
        if (cell) yield { measure, arm, cell };
      }
    }
  }

  #cell(kind: "claim" | "measure", name: string, arm: string): HTMLElement | null {
    const row = `tr[data-${kind}="${CSS.escape(name)}"]`;
    return this.#table.querySelector(`${row} td[data-arm="${CSS.escape(arm)}"]`);
  }
}

const PENDING = '<span class="verdict pending" aria-label="not known yet"></span>';

function choice(answer: string, pressed: boolean): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.value = answer;
  button.className = `mark ${answer}`;
  button.ariaLabel = answer;
  button.title = answer;
  button.ariaPressed = String(pressed);
  return button;
}

function wrong(guessed: string): HTMLElement {
  const note = document.createElement("small");
  note.className = "wrong";
  note.textContent = `you said ${guessed}`;
  return note;
}
