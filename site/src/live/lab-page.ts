// What the page of a lab goes through: a guess, a run, a result beside the author's.

import type { Event } from "../../../contracts/events.ts";
import { actionsOf } from "./actions.ts";
import { offerCuts, strike } from "./cuts.ts";
import type { LabData } from "./data.ts";
import { button, element, part } from "./elements.ts";
import { knobsOf, type Setting } from "./knobs.ts";
import { Matrix } from "./matrix.ts";
import { noteReading } from "./reading.ts";
import { Results } from "./results.ts";
import { marked, score } from "./score.ts";
import { Servers } from "./servers.ts";
import { Story } from "./story.ts";
import { Strip } from "./strip.ts";
import type { Connection, Guess, LabState, RunState } from "./studio.ts";
import { follow, Refusal, read, send } from "./studio.ts";
import { offerTrace } from "./wire.ts";
import { Yours } from "./yours.ts";

/** What to run: the lab, with a line gone, once and traced, or with the reader's own arm. */
interface Wanted {
  readonly without?: number;
  readonly traced?: boolean;
  readonly yours?: boolean;
}

export class LabPage {
  readonly #data: LabData;
  readonly #matrix: Matrix;
  readonly #servers = new Servers(part("servers"));
  readonly #strip = new Strip(part("strip"));
  readonly #setting: () => Setting;
  readonly #results: Results;
  readonly #yours: Yours;
  #connection: Connection = { kind: "none" };
  #state: LabState | undefined;
  #guess: Guess = {};
  #asking = false;
  #painting = 0;

  constructor(data: LabData) {
    this.#data = data;
    this.#matrix = new Matrix(part("matrix"), data);
    this.#setting = knobsOf(part("run-panel"), data, () => this.#offer());
    this.#results = new Results(data, this.#matrix, this.#strip);
    this.#yours = new Yours(data.id, () => void this.#start({ yours: true }));
  }

  /** Asks the studio what it knows, and shows what is due. */
  async begin(connecting: Promise<Connection>): Promise<void> {
    this.#connection = await connecting;
    if (this.#connection.kind === "open") {
      try {
        await this.#enter();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#matrix.author();
        return this.#strip.say(error.message);
      }
    }
    const { run } = this.#state ?? {};
    if (run) this.#follow(run);
    else if (this.#isKnown) this.#showRecorded();
    else this.#ask();
  }

  /** What the page can do with a studio. */
  async #enter(): Promise<void> {
    await this.#renew();
    offerCuts((without) => void this.#start({ without }));
    offerTrace(() => void this.#start({ traced: true }));
    const end = document.querySelector(".prose section:last-child");
    if (!this.#state?.done.read) noteReading(this.#data.id, end);
  }

  /** True when this reader has seen the answer. */
  get #isKnown(): boolean {
    const done = this.#state?.done;
    return done ? Boolean(done.seen || done.ran) : remembered(this.#data.id);
  }

  async #renew(): Promise<void> {
    this.#state = await read<LabState>(`/lab?id=${encodeURIComponent(this.#data.id)}`);
    this.#servers.needs(this.#state.needs);
    this.#yours.offer(this.#state.yours);
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
    this.#results.draw();
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
    if (this.#asking) this.#askFor(situation.marked);
  }

  #askFor(count: number): void {
    this.#strip.say(
      "Which arm keeps which promise? Mark what you expect, then run.",
      element("span", { className: "count" }, `${count} of ${this.#matrix.cells} marked`),
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

  async #start({ without, traced, yours }: Wanted): Promise<void> {
    const whole = without === undefined && !traced;
    const knobs = whole ? this.#setting().values : {};
    const guess = this.#asking && whole ? this.#guess : undefined;
    try {
      const request = { lab: this.#data.id, knobs, guess, without, traced, yours };
      this.#follow(await send<RunState>("/runs", request));
      if (!traced) part("matrix").scrollIntoView({ block: "nearest", behavior: "smooth" });
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
      lost: () => this.#strip.say("The studio does not answer. It may have been closed."),
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

  async #finish({ without, traced }: RunState, story: Story): Promise<void> {
    const { shown, sentence } = story;
    await this.#renew();
    this.#offer();
    if (shown && traced) this.#results.traced(story);
    else if (shown && without !== undefined) this.#results.without(without, shown);
    else if (shown) this.#results.own(shown, story, this.#guess, this.#state);
    else this.#showNothing(sentence);
  }

  /** A run without a result tells no answers: who has not seen them is asked again. */
  #showNothing(sentence: string): void {
    if (this.#isKnown) this.#matrix.author();
    else this.#ask();
    this.#strip.say(sentence);
  }

  #setAsking(asking: boolean): void {
    this.#asking = asking;
    part("lab").classList.toggle("asking", asking);
  }
}

/** Without a studio the browser remembers that the answer has been seen. */
function remembered(id: string): boolean {
  return localStorage.getItem(`seen ${id}`) !== null;
}

function remember(id: string): void {
  localStorage.setItem(`seen ${id}`, "yes");
}
