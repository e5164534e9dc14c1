// What a reader can do with a lab now, as buttons.

import type { LabData } from "./data.ts";
import { button, command, element } from "./elements.ts";
import type { Setting } from "./knobs.ts";
import type { Connection, LabState } from "./studio.ts";

/** Where the page stands. */
export interface Situation {
  readonly data: LabData;
  readonly connection: Connection;
  readonly state: LabState | undefined;
  /** True while a guess is asked for. */
  readonly asking: boolean;
  /** How many cells are marked. */
  readonly marked: number;
  readonly setting: Setting;
}

export interface Deeds {
  run(): void;
  compare(): void;
}

/** The buttons, or what to do instead. */
export function actionsOf(situation: Situation, deeds: Deeds): HTMLElement[] {
  const { connection, state, asking, marked } = situation;
  if (connection.kind === "locked") {
    const words =
      "This studio was opened for another browser, or has been started anew. " +
      "Open the link that the terminal shows.";
    return [element("p", { className: "hint" }, words)];
  }
  if (connection.kind === "none") return readingActions(situation, deeds);
  const go = button(labelOf(situation), "go", deeds.run);
  const lacking = state?.needs.filter(({ version }) => !version) ?? [];
  go.disabled = lacking.length > 0 || (asking && marked === 0);
  if (lacking.length === 0) return [go];
  const names = lacking.map(({ service }) => service).join(", ");
  return [go, element("p", { className: "hint" }, `First get ${names}: the command is below.`)];
}

function labelOf({ asking, marked, setting }: Situation): string {
  if (asking) return marked === 0 ? "Predict, then run" : "Run and compare";
  return setting.turned ? "Run with these knobs" : "Run";
}

/** Without a studio a guess can be compared with the author's run, and the command be copied. */
function readingActions(situation: Situation, { compare }: Deeds): HTMLElement[] {
  const { data, asking, marked, setting } = situation;
  const words = Object.entries(setting.values)
    .filter(([name, value]) => value !== data.knobs[name]?.value)
    .map(([name, value]) => ` ${name}=${value}`);
  const line = command(`npx pareto run ${data.slug}${words.join("")}`);
  if (!asking || !data.recorded) return [line];
  const go = button("Compare", "go", compare);
  go.disabled = marked === 0;
  return [go, line];
}
