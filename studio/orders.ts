// What a request asks to be run, made into an order: every name in it is one that the catalog knows.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Deliverable } from "../catalog/deliverable.ts";
import { withoutLine } from "../runner/without-line.ts";
import { practiceFile } from "../runner/yours.ts";
import { refused } from "./bodies.ts";
import type { Progress } from "./progress.ts";
import type { RunRequest } from "./requests.ts";
import type { Order } from "./runs.ts";

/** Throws a refusal for a knob, a line or an arm of the reader's own that is not there. */
export function orderOf(one: Deliverable, asked: RunRequest, progress: Progress): Order {
  const { id, file } = one;
  const { knobs, guess, without, traced } = asked;
  checkKnobs(one, Object.keys(knobs));
  const matter = without === undefined ? undefined : matterOf(one, without);
  const yours = asked.yours ? yoursOf(one) : undefined;
  const arms = matter && matter.arms.length > 0 ? matter.arms : undefined;
  return {
    ...{ lab: id, guess, without, traced },
    request: { id, file, knobs, arms, yours, traced },
    copy: matter && (() => withoutLine(file, basename(matter.file), matter.line)),
    ended(end) {
      const isResult = /^(as-declared|differs|observed)$/.test(end.outcome);
      if (matter || traced || !isResult) return;
      progress.ran(id, end, end.outcome === "observed" ? undefined : guess);
      if (yours) progress.mark(id, "practised");
    },
  };
}

/** The ranges are the runner's to check, once the lab has told them. */
function checkKnobs({ source }: Deliverable, names: readonly string[]): void {
  const known = Object.keys(source?.knobs ?? {});
  if (names.some((name) => !known.includes(name))) throw refused(400, "the lab has no such knob");
}

function matterOf({ source }: Deliverable, index: number) {
  const matter = source?.matters[index];
  if (!matter) throw refused(400, "the lab has no such line");
  return matter;
}

function yoursOf({ slug }: Deliverable): string {
  const file = practiceFile(slug);
  if (!existsSync(file)) throw refused(409, `type npx pareto practice ${slug} first`);
  return file;
}
