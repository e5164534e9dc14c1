// A page counts as read when its end has come into view.

import { send } from "./studio.ts";

/** Notes it once; `end` is what stands last. */
export function noteReading(id: string, end: Element | null): void {
  if (!end) return;
  const watcher = new IntersectionObserver(([entry]) => {
    if (!entry?.isIntersecting) return;
    watcher.disconnect();
    void send("/progress", { lab: id, mark: "read" });
  });
  watcher.observe(end);
}
