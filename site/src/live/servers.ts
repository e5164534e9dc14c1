// The servers of a lab: found or missing before a run, lit while it goes on, with the faults that a
// reader may do to those that no other lab uses.

import type { Description } from "../../../contracts/description.ts";
import { button, command, element } from "./elements.ts";
import type { Story } from "./story.ts";
import type { Need } from "./studio.ts";

const FAULTS = ["kill", "pause", "resume", "restart"] as const;

type Break = (service: string, fault: (typeof FAULTS)[number], node?: string) => void;

export class Servers {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /** Says what this machine has of what the lab needs. */
  needs(needs: readonly Need[]): void {
    const rows = needs.map(({ service, version, problem, command: next }) => {
      const state = version ? `${version} is here` : "not here";
      const row = line(service, version ? "found" : "missing", state);
      if (problem) row.append(element("p", { className: "problem" }, problem));
      if (next) row.append(command(next));
      return row;
    });
    this.#list.replaceChildren(...rows);
  }

  /** Shows a run's servers as they stand, with their faults while it runs. */
  show(story: Story, hurt: Break | undefined): void {
    const declared = Object.entries(story.plan?.lab.services ?? {});
    const rows = declared.map(([name, wanted]) => this.#row(name, wanted, story, hurt));
    this.#list.replaceChildren(...rows);
    light(story);
  }

  #row(
    name: string,
    { alone, nodes = [] }: Description["services"][string],
    story: Story,
    hurt: Break | undefined,
  ): HTMLElement {
    const event = story.services.get(name);
    const ready = event?.state === "ready";
    const hit = story.hurt.has(name);
    const text = ready ? `ready in ${event.readyMs} ms` : event ? "starting" : "waiting";
    const state = hit ? "missing" : ready ? "ready" : "starting";
    const row = line(`${name} ${event?.version ?? ""}`, state, hit ? "broken by you" : text);
    if (hurt && ready && alone) row.append(faultsOf(name, nodes, hurt));
    return row;
  }
}

/** A button for each fault, and a choice of the node where there are several. */
function faultsOf(name: string, nodes: readonly string[], hurt: Break): HTMLElement {
  const choice = element("select", { ariaLabel: `which node of ${name}` });
  choice.append(...nodes.map((node) => element("option", {}, node)));
  const node = () => (nodes.length > 1 ? choice.value : undefined);
  const buttons = FAULTS.map((fault) => button(fault, "quiet", () => hurt(name, fault, node())));
  const which = nodes.length > 1 ? [choice] : [];
  return element("div", { className: "faults" }, ...which, ...buttons);
}

function line(name: string, state: string, text: string): HTMLElement {
  const dot = element("i", { className: `dot ${state}`, ariaHidden: "true" });
  const head = element("span", { className: "server" }, dot, name, element("small", {}, text));
  return element("li", {}, head);
}

/** Lights the servers in the drawing, too. */
function light({ services, hurt, end }: Story): void {
  for (const node of document.querySelectorAll<SVGElement>("[data-service]")) {
    const name = node.dataset.service ?? "";
    const state = services.get(name)?.state;
    node.classList.toggle("hurt", hurt.has(name) && !end);
    node.classList.toggle("ready", state === "ready" && !end);
    node.classList.toggle("starting", state === "starting");
  }
}
