// What a run has shown, put on the page: the reader's own, beside the author's.

import { compare } from "./compare.ts";
import { nameOf } from "./cuts.ts";
import type { LabData, Shown } from "./data.ts";
import { element, part } from "./elements.ts";
import type { Matrix } from "./matrix.ts";
import { plot } from "./plot.ts";
import { fallen, marked, score } from "./score.ts";
import type { Story } from "./story.ts";
import { type Strip, views } from "./strip.ts";
import type { Guess, LabState } from "./studio.ts";
import { drawingsOf, type Point } from "./turns.ts";
import { drawTraces } from "./wire.ts";

export class Results {
  readonly #data: LabData;
  readonly #matrix: Matrix;
  readonly #strip: Strip;
  /** The reader's runs of this visit. */
  readonly #points: Point[] = [];

  constructor(data: LabData, matrix: Matrix, strip: Strip) {
    this.#data = data;
    this.#matrix = matrix;
    this.#strip = strip;
  }

  /** The reader's own run of the whole lab. */
  own(shown: Shown, story: Story, guess: Guess, state: LabState | undefined): void {
    const { recorded } = this.#data;
    this.#matrix.show(shown, guess);
    this.#strip.say(story.sentence, ...scored(shown, guess, state), ...this.#views(shown, guess));
    this.#points.push({ knobs: story.plan?.knobs ?? {}, shown });
    const isAlike = recorded && state && !story.plan?.turned; // at other knobs nothing compares
    part("compare").hidden = !isAlike;
    if (isAlike) part("compare").replaceChildren(compare(shown, recorded, state.machine));
    this.draw(story);
  }

  /** What fell without a line. */
  without(matter: number, shown: Shown): void {
    const fell = fallen(this.#data, shown.verdicts).map((claim) => `"${claim}"`);
    const what = fell.length > 0 ? `${fell.join(" and ")} fell` : "nothing fell";
    this.#matrix.changed(shown);
    this.#strip.say(`Without ${nameOf(this.#data, matter)}: ${what}.`);
  }

  /** A traced trial. */
  traced({ traces }: Story): void {
    this.#matrix.author();
    this.#strip.say("Traced on this machine: what crossed the wire is drawn below.");
    void drawTraces(traces);
  }

  /** Plots the series of the newest run over the author's, and the measures over a turned knob. */
  draw(story?: Story): void {
    const authors = this.#data.series;
    const own = story?.series ?? {};
    const names = new Set([...Object.keys(authors), ...Object.keys(own)]);
    const series = [...names].map((title) => ({
      ...{ title, x: "", lines: own[title] ?? {}, behind: authors[title] },
    }));
    const drawings = [...series, ...drawingsOf(this.#data, this.#points)];
    if (drawings.length > 0) void plot(part("plot"), drawings);
  }

  #views(shown: Shown, guess: Guess): HTMLElement[] {
    if (!this.#data.recorded) return [];
    const show = (index: number) => {
      if (index === 0) this.#matrix.show(shown, guess);
      else this.#matrix.author(guess);
    };
    return [views(["your run", "the author's"], show)];
  }
}

function scored(shown: Shown, guess: Guess, state: LabState | undefined): HTMLElement[] {
  if (marked(guess) === 0) return [];
  const { right, of } = score(guess, shown.verdicts);
  const sum = state?.calibration;
  const sofar = sum ? ` In this category so far: ${sum.right} of ${sum.of}.` : "";
  return [element("b", {}, `You had ${right} of ${of} right.${sofar}`)];
}
