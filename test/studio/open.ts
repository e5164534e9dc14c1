// A studio of a test's own: the real server on a free port, with the reader's data in a folder that
// goes with it, and the site built where that is due.

import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { House } from "../../runner/house.ts";
import { buildSite, isStale } from "../../studio/build.ts";
import { openStudio, type Studio } from "../../studio/studio.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface TestStudio extends AsyncDisposable {
  readonly studio: Studio;
  readonly house: House;
  /** The reader's data folder. */
  readonly data: string;
}

/** Builds the site unless it is there. */
export async function builtAtLeastOnce(): Promise<void> {
  if (isStale(ROOT)) await buildSite(ROOT, () => {}, new AbortController().signal);
}

/** Opens a studio; disposing of it closes everything. */
export async function openForTest(): Promise<TestStudio> {
  await builtAtLeastOnce();
  await using stack = new AsyncDisposableStack();
  const data = stack.use(mkdtempDisposableSync(join(tmpdir(), "pareto-data-"))).path;
  process.env.XDG_DATA_HOME = data;
  const house = stack.use(await House.open());
  const studio = stack.use(await openStudio({ root: ROOT, port: 0, house }));
  const owned = stack.move();
  return { studio, house, data, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
