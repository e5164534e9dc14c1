// The command `run --aa`.

import { readable } from "../../contracts/readable.ts";
import { againstItself } from "../../runner/against-itself.ts";
import type { Request } from "../../runner/run.ts";
import { EXIT } from "../failure.ts";
import type { Stay } from "../house.ts";
import { Live } from "../view/live.ts";
import { table } from "../view/table.ts";

/** Prints how an arm compares with itself, and returns the exit code. */
export async function runAgainstItself(request: Request, arm: string, { house }: Stay) {
  const live = new Live();
  const found = await againstItself(request, arm, house, (event) => live.show(event));
  live.clear();
  const rows = found.map(({ measure, ratio, differs }) => {
    const [median, low, high] = readable([ratio.median, ratio.low, ratio.high]);
    return [measure, `${median}`, `${low} to ${high}`, differs ? "differs" : "no difference"];
  });
  console.log(table([[`${arm} against itself`, "ratio", "95 %", ""], ...rows], 3).join("\n"));
  return found.some(({ differs }) => differs) ? EXIT.differs : EXIT.asDeclared;
}
