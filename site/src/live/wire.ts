// What crossed the wire on this machine: a traced trial, drawn where the author's was.

import type { Event } from "../../../contracts/events.ts";
import { MOST_DRAWN } from "../wire.ts";
import { button, element } from "./elements.ts";

type TraceEvent = Extract<Event, { kind: "trace" }>;

/** Offers a traced trial, where the page has a place to draw it. */
export function offerTrace(trace: () => void): void {
  const heading = document.querySelector("[data-wire] h2");
  heading?.append(" ", button("trace it here", "link", trace));
}

/** Draws each arm's trace in its own panel. */
export async function drawTraces(traces: readonly TraceEvent[]): Promise<void> {
  const { spacetimeSvg } = await import("../../../kit/link/spacetime/svg.ts");
  for (const { arm, trace } of traces) {
    const panel = document.querySelector(`[data-trace="${CSS.escape(arm)}"]`);
    const drawing = spacetimeSvg(trace, { most: MOST_DRAWN }); // its words are escaped
    panel?.replaceChildren(element("div", { innerHTML: drawing }));
  }
}
