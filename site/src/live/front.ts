// The front page: its lab runs in place, and it says what to do next.

import type { LabData } from "./data.ts";
import { button, element, part } from "./elements.ts";
import { connecting } from "./every-page.ts";
import { Matrix } from "./matrix.ts";
import { Story } from "./story.ts";
import { follow, type RunState, read, send } from "./studio.ts";

interface Step {
  readonly id: string;
  readonly title: string;
  readonly why: string;
}

const data = JSON.parse(document.getElementById("lab")?.textContent ?? "null") as LabData | null;

async function begin(): Promise<void> {
  const { kind } = await connecting;
  if (kind === "locked") {
    part("next").hidden = false;
    part("next").append("The studio waits for the link that the terminal shows.");
  }
  if (kind !== "open") return;
  if (data) offer(data);
  const steps = await read<readonly Step[]>("/next");
  const items = steps.map(({ id, title, why }) => {
    const link = element("a", { href: `${import.meta.env.BASE_URL}labs/${id}/` }, title);
    return element("li", {}, link, element("small", {}, why));
  });
  const keep = element("a", { href: "/api/progress?export" }, "export what you have done");
  if (steps.length > 0) part("next").append(element("h2", {}, "Next for you"));
  part("next").append(element("ul", {}, ...items), element("p", {}, keep));
  part("next").hidden = false;
}

function offer(lab: LabData): void {
  const actions = part("run-actions");
  const go = button("run it here", "quiet", () => {
    go.disabled = true;
    void send<RunState>("/runs", { lab: lab.id }).then((run) => show(lab, run, go));
  });
  actions.prepend(go);
}

function show(lab: LabData, run: RunState, go: HTMLButtonElement): void {
  const matrix = new Matrix(part("matrix"), lab);
  const story = new Story();
  const strip = part("strip");
  matrix.await(lab.arms);
  strip.hidden = false;
  strip.classList.add("running");
  follow(run.id, {
    ahead: () => {},
    lost: () => {
      strip.textContent = "The studio does not answer. It may have been closed.";
    },
    events: (batch) => {
      for (const event of batch) story.add(event);
      strip.textContent = story.end ? story.sentence : story.state;
      strip.style.setProperty("--share", String(story.share));
      matrix.fill(story);
      if (!story.end) return;
      strip.classList.remove("running");
      go.disabled = false;
    },
  });
}

void begin();
