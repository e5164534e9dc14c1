// What crossed the wire, arm by arm.

import { spacetimeText } from "#kit/link/spacetime/text";
import type { Event } from "../../contracts/events.ts";
import { paint } from "./style.ts";

/** A diagram for each arm that was traced. */
export function diagrams(events: readonly Event[]): string[] {
  return events.flatMap((event) =>
    event.kind === "trace"
      ? [paint("bold", event.arm), spacetimeText(event.trace, { most: 40 }), ""]
      : [],
  );
}
