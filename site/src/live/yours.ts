// Practise: the reader's own arm, run by a press or whenever its file is saved.

import { button, element, part } from "./elements.ts";
import { type LabState, read } from "./studio.ts";

const LOOK_MS = 1_500;

/** Offers what can be done with the reader's arm, once there is one. */
export function offerYours(lab: string, saved: number | undefined, run: () => void): void {
  if (saved === undefined) return;
  const place = part("yours");
  const box = element("input", { type: "checkbox" });
  const label = element("label", {}, box, "run it whenever it is saved");
  place.replaceChildren(button("Run with yours", "quiet", run), label);
  let known = saved;
  const timer = setInterval(async () => {
    if (!place.contains(box)) return clearInterval(timer);
    if (!box.checked || document.hidden) return;
    const { yours = known } = await read<LabState>(`/lab?id=${encodeURIComponent(lab)}`);
    if (yours === known) return;
    known = yours;
    run();
  }, LOOK_MS);
}
