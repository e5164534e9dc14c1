// Practise: the reader's own arm, run by a press or whenever its file is saved.

import { button, element, part } from "./elements.ts";
import { type LabState, read } from "./studio.ts";

const LOOK_MS = 1_500;

export class Yours {
  readonly #lab: string;
  readonly #run: () => void;
  readonly #box = element("input", { type: "checkbox" });
  #saved: number | undefined;

  constructor(lab: string, run: () => void) {
    this.#lab = lab;
    this.#run = run;
  }

  /** Offers what can be done with the arm, once it is there; `saved` is when it was saved last. */
  offer(saved: number | undefined): void {
    const isNew = this.#saved === undefined && saved !== undefined;
    this.#saved = saved;
    if (!isNew) return;
    const label = element("label", {}, this.#box, "run it whenever it is saved");
    part("yours").replaceChildren(button("Run with yours", "quiet", this.#run), label);
    setInterval(() => void this.#look(), LOOK_MS);
  }

  async #look(): Promise<void> {
    if (!this.#box.checked || document.hidden) return;
    const { yours } = await read<LabState>(`/lab?id=${encodeURIComponent(this.#lab)}`);
    if (yours === this.#saved) return;
    this.#saved = yours;
    this.#run();
  }
}
