// What the page of a lab goes through: a guess, a run, a result beside the author's.

import type { Event } from "../../../contracts/events.ts";
import { actionsOf } from "./actions.ts";
import { compare } from "./compare.ts";
import { nameOf, offerCuts, strike } from "./cuts.ts";
import type { LabData, Shown } from "./data.ts";
import { button, element, part } from "./elements.ts";
import { knobsOf, type Setting } from "./knobs.ts";
import { Matrix } from "./matrix.ts";
import { plot } from "./plot.ts";
import { fallen, marked, score } from "./score.ts";
import { Servers } from "./servers.ts";
import { Story } from "./story.ts";
import { Strip, views } from "./strip.ts";
import type { Connection, Guess, LabState, RunState } from "./studio.ts";
import { follow, Refusal, read, send } from "./studio.ts";
import { drawingsOf, type Point } from "./turns.ts";
import { offerYours } from "./yours.ts";

/** What to run: the lab, with a line gone, or with the reader's own arm. */
interface Wanted {
  readonly without?: number;
  readonly yours?: boolean;
}

export class LabPage {
  readonly #data: LabData;
  readonly #matrix: Matrix;
  readonly #servers = new Servers(part("servers"));
  readonly #strip = new Strip(part("strip"));
  readonly #setting: () => Setting;
  readonly #points: Point[] = [];
  #connection: Connection = { kind: "none" };
  #state: LabState | undefined;
  #guess: Guess = {};
  #asking = false;
  #painting = 0;

  constructor(data: LabData) {
    this.#data = data;
    this.#matrix = new Matrix(part("matrix"), data);
    this.#setting = knobsOf(part("run-panel"), data, () => this.#offer());
    const { recorded, knobs } = data;
    const values = Object.entries(knobs).map(([name, { value }]) => [name, value]);
    if (recorded) this.#points.push({ knobs: Object.fromEntries(values), shown: recorded });
  }

  /** Asks the studio what it knows, and shows what is due. */
  async begin(connecting: Promise<Connection>): Promise<void> {
    this.#connection = await connecting;
    const isOpen = this.#connection.kind === "open";
    if (isOpen) {
      offerCuts((without) => void this.#start({ without }));
      await this.#renew();
      this.#noteReading();
    }
    const { run, done } = this.#state ?? {};
    if (run) this.#follow(run);
    else if (isOpen ? done?.seen || done?.ran : remembered(this.#data.id)) this.#showRecorded();
    else this.#ask();
  }

  async #renew(): Promise<void> {
    this.#state = await read<LabState>(`/lab?id=${encodeURIComponent(this.#data.id)}`);
    this.#servers.needs(this.#state.needs);
    offerYours(this.#data.id, this.#state.yours, () => void this.#start({ yours: true }));
  }

  #ask(): void {
    this.#setAsking(true);
    this.#matrix.ask(this.#guess, () => this.#offer());
    this.#offer();
  }

  #showRecorded(): void {
    this.#setAsking(false);
    this.#strip.say("");
    this.#matrix.author(this.#state?.done.predicted?.guess);
    this.#drawSeries();
    this.#offer();
  }

  /** Shows what the reader can do now. */
  #offer(): void {
    const situation = {
      ...{ data: this.#data, connection: this.#connection, state: this.#state },
      ...{ asking: this.#asking, marked: marked(this.#guess), setting: this.#setting() },
    };
    const deeds = { run: () => void this.#start({}), compare: () => this.#compareRecorded() };
    part("run-actions").replaceChildren(...actionsOf(situation, deeds));
    if (!this.#asking) return;
    const count = `${situation.marked} of ${this.#matrix.cells} marked`;
    this.#strip.say(
      "Which arm keeps which promise? Mark what you expect, then run.",
      element("span", { className: "count" }, count),
      button("show me instead", "link", () => this.#reveal()),
    );
  }

  #reveal(): void {
    remember(this.#data.id);
    const mark = { lab: this.#data.id, mark: "seen" };
    if (this.#connection.kind === "open") void send("/progress", mark);
    this.#showRecorded();
  }

  #compareRecorded(): void {
    const { recorded, id } = this.#data;
    if (!recorded) return;
    remember(id);
    this.#showRecorded();
    this.#matrix.show(recorded, this.#guess);
    const { right, of } = score(this.#guess, recorded.verdicts);
    this.#strip.say(`You had ${right} of ${of} right.`);
  }

  async #start({ without, yours }: Wanted): Promise<void> {
    const whole = without === undefined;
    const knobs = whole ? this.#setting().values : {};
    const guess = this.#asking && whole ? this.#guess : undefined;
    try {
      const request = { lab: this.#data.id, knobs, guess, without, yours };
      this.#follow(await send<RunState>("/runs", request));
      part("matrix").scrollIntoView({ block: "nearest", behavior: "smooth" });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#strip.say(error.message);
    }
  }

  #follow(run: RunState): void {
    this.#setAsking(false);
    this.#guess = run.guess ?? {};
    const story = new Story();
    this.#matrix.await(this.#data.arms);
    strike(run.without);
    this.#strip.say("Waiting for its turn.");
    const stop = button("Stop", "go stop", () => void send(`/runs/${run.id}/stop`));
    part("run-actions").replaceChildren(stop);
    follow(run.id, {
      events: (batch) => this.#hear(run, story, batch),
      ahead: (count) => {
        if (count > 0 && !story.plan) this.#strip.say(`${count} before it in the queue.`);
      },
    });
  }

  #hear(run: RunState, story: Story, batch: readonly Event[]): void {
    const isPlanned = story.plan !== undefined;
    for (const event of batch) story.add(event);
    if (story.plan && !isPlanned) this.#matrix.await(story.plan.arms, story.plan.knobs);
    cancelAnimationFrame(this.#painting);
    this.#painting = requestAnimationFrame(() => this.#paint(run, story));
  }

  #paint(run: RunState, story: Story): void {
    const { end } = story;
    const hurt = (service: string, fault: string, node?: string) =>
      void send(`/runs/${run.id}/faults`, { service, fault, node }).catch(() => {});
    this.#matrix.fill(story);
    this.#servers.show(story, end ? undefined : hurt);
    this.#strip.progress(end ? undefined : story.share);
    part("log").textContent = story.log.join("\n");
    if (end) void this.#finish(run, story);
    else this.#strip.say(story.state);
  }

  async #finish({ without }: RunState, story: Story): Promise<void> {
    const { shown, sentence, plan } = story;
    const whole = without === undefined;
    await this.#renew();
    this.#offer();
    if (!shown) {
      this.#matrix.author();
      this.#strip.say(sentence);
    } else if (whole) {
      this.#matrix.show(shown, this.#guess);
      this.#strip.say(sentence, ...this.#scored(shown), ...this.#views(shown));
      this.#points.push({ knobs: plan?.knobs ?? {}, shown });
      this.#compareWith(shown);
      this.#drawSeries(story);
    } else {
      const fell = fallen(this.#data, shown.verdicts).map((claim) => `"${claim}"`);
      const what = fell.length > 0 ? `${fell.join(" and ")} fell` : "nothing fell";
      this.#matrix.changed(shown);
      this.#strip.say(`Without ${nameOf(this.#data, without)}: ${what}.`);
    }
  }

  #views(shown: Shown): HTMLElement[] {
    if (!this.#data.recorded) return [];
    const show = (index: number) => {
      if (index === 0) this.#matrix.show(shown, this.#guess);
      else this.#matrix.author(this.#guess);
    };
    return [views(["your run", "the author's"], show)];
  }

  #compareWith(shown: Shown): void {
    const { recorded } = this.#data;
    if (!recorded) return;
    part("compare").replaceChildren(compare(shown, recorded));
    part("compare").hidden = false;
  }

  /** Plots the series of the newest run over the author's, and the measures over a turned knob. */
  #drawSeries(story?: Story): void {
    const authors = this.#data.series;
    const own = story?.series ?? {};
    const names = new Set([...Object.keys(authors), ...Object.keys(own)]);
    const series = [...names].map((title) => ({
      ...{ title, x: "", lines: own[title] ?? {}, behind: authors[title] },
    }));
    const drawings = [...series, ...drawingsOf(this.#data, this.#points)];
    if (drawings.length > 0) void plot(part("plot"), drawings);
  }

  #scored(shown: Shown): HTMLElement[] {
    if (marked(this.#guess) === 0) return [];
    const { right, of } = score(this.#guess, shown.verdicts);
    const sum = this.#state?.calibration;
    const sofar = sum ? ` In this category so far: ${sum.right} of ${sum.of}.` : "";
    return [element("b", {}, `You had ${right} of ${of} right.${sofar}`)];
  }

  #setAsking(asking: boolean): void {
    this.#asking = asking;
    part("lab").classList.toggle("asking", asking);
  }

  /** The page counts as read when its last section has come into view. */
  #noteReading(): void {
    const last = document.querySelector(".prose section:last-child");
    if (!last || this.#state?.done.read) return;
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      seen.disconnect();
      void send("/progress", { lab: this.#data.id, mark: "read" });
    });
    seen.observe(last);
  }
}

/** Without a studio the browser remembers that the answer has been seen. */
function remembered(id: string): boolean {
  return localStorage.getItem(`seen ${id}`) !== null;
}

function remember(id: string): void {
  localStorage.setItem(`seen ${id}`, "yes");
}
