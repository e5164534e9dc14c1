// The line above the matrix: what is asked, what goes on, how it ended.

import { button, element } from "./elements.ts";

export class Strip {
  readonly #line: HTMLElement;

  constructor(line: HTMLElement) {
    this.#line = line;
  }

  /** Says something; nothing takes the line away. */
  say(text: string, ...more: readonly (Node | string)[]): void {
    this.#line.hidden = text === "";
    this.#line.replaceChildren(element("span", {}, text), ...more);
  }

  /** Shows how far a run is, from 0 to 1; undefined when none goes on. */
  progress(share: number | undefined): void {
    this.#line.classList.toggle("running", share !== undefined);
    this.#line.style.setProperty("--share", String(share ?? 0));
  }
}

/** A choice between two views, of which the first is shown. */
export function views(names: readonly [string, string], show: (index: number) => void) {
  const group = element("span", { className: "views" });
  const buttons = names.map((name, index) =>
    button(name, "", () => {
      for (const [at, one] of buttons.entries()) one.ariaPressed = String(at === index);
      show(index);
    }),
  );
  for (const [at, one] of buttons.entries()) one.ariaPressed = String(at === 0);
  group.role = "group";
  group.ariaLabel = "Whose run";
  group.append(...buttons);
  return group;
}
