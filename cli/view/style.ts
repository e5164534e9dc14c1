// The one visual language of the terminal. styleText leaves colour out of pipes and under NO_COLOR.

import { styleText } from "node:util";
import type { Verdict } from "../../contracts/events.ts";

type Style = Parameters<typeof styleText>[0];

/** A text in a style, where the stream shows colours. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout) {
  return styleText(style, text, { stream });
}

/** Kept, broken, inconclusive: told apart by shape, and by colour where there is any. */
export const MARKS: Record<Verdict, { mark: string; style: Style }> = {
  kept: { mark: "✔", style: "green" },
  broken: { mark: "✘", style: "red" },
  inconclusive: { mark: "?", style: "yellow" },
};
