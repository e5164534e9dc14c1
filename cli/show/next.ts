// The command `next`.

import { openCatalog } from "../../catalog/catalog.ts";
import { next, type Step } from "../../catalog/next.ts";
import { Failure } from "../failure.ts";
import { ROOT } from "../root.ts";
import { paint } from "../view/style.ts";

/** Prints the next few things to learn, to build and to verify. */
export function nextCommand({ count, json }: { count: number; json?: boolean }): void {
  if (!(Number.isInteger(count) && count > 0)) {
    throw new Failure("--count takes a whole number above 0");
  }
  const steps = next(openCatalog(ROOT), count);
  if (json) return void console.log(JSON.stringify(steps, undefined, 2));
  print("Learn", "npx pareto run", steps.learn);
  print("Build", "npx pareto new", steps.build);
  print("Verify", "npx pareto prove --record", steps.verify);
}

function print(title: string, command: string, steps: readonly Step[]): void {
  if (steps.length === 0) return;
  console.log(paint("bold", title));
  for (const { id, title: name, why } of steps) {
    console.log(`  ${name} ${paint("dim", `(${why})`)}\n    ${command} ${id}`);
  }
}
