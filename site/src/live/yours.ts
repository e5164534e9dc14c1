// Practise: the reader's own arm, opened in an editor, run by a press or whenever its file is saved.

import { button, command, element, part } from "./elements.ts";
import { type LabState, read, send } from "./studio.ts";

/** Where the reader's arm lies, and whether an editor has opened it. */
interface Opened {
  readonly file: string;
  readonly opened: boolean;
}

const LOOK_MS = 1_500;

export class Yours {
  readonly #lab: string;
  readonly #run: () => void;
  readonly #box = element("input", { type: "checkbox" });
  readonly #where = element("div");
  #isOffered = false;
  #saved: number | undefined;

  constructor(lab: string, run: () => void) {
    this.#lab = lab;
    this.#run = run;
  }

  /** Offers what can be done with the arm, once it is there; `saved` is when it was saved last. */
  offer(saved: number | undefined): void {
    if (!this.#isOffered) {
      const open = button("Open it in my editor", "quiet", () => void this.#open());
      part("yours").append(open, this.#where);
      this.#isOffered = true;
    }
    const isNew = this.#saved === undefined && saved !== undefined;
    this.#saved = saved;
    if (!isNew) return;
    const label = element("label", {}, this.#box, "run it whenever it is saved");
    part("yours").append(button("Run with yours", "quiet", this.#run), label);
    setInterval(() => void this.#look(), LOOK_MS);
  }

  /** Has the studio begin the file and open it; where no editor opens, shows where it lies. */
  async #open(): Promise<void> {
    const { file, opened } = await send<Opened>("/practice", { lab: this.#lab });
    const found = opened
      ? "Opened: "
      : "No editor opened (PARETO_EDITOR names yours). It is here: ";
    this.#where.replaceChildren(element("p", { className: "hint" }, found), command(file));
    const { yours } = await read<LabState>(`/lab?id=${encodeURIComponent(this.#lab)}`);
    this.offer(yours);
  }

  async #look(): Promise<void> {
    if (!this.#box.checked || document.hidden) return;
    const { yours } = await read<LabState>(`/lab?id=${encodeURIComponent(this.#lab)}`);
    if (yours === this.#saved) return;
    this.#saved = yours;
    this.#run();
  }
}
