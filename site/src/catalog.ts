// The catalog of the project that this site is of, read while the pages are built. It is loaded by
// Node as it is and not bundled, since it finds its own files by where it lies.

import { root } from "astro:config/server";
import { fileURLToPath } from "node:url";

const project = new URL("..", root);
const room = <Module>(file: string): Promise<Module> =>
  import(/* @vite-ignore */ new URL(`catalog/${file}`, project).href);

const { openCatalog } = await room<typeof import("../../catalog/catalog.ts")>("catalog.ts");
export const { status } = await room<typeof import("../../catalog/status.ts")>("status.ts");

export const catalog = openCatalog(fileURLToPath(project));
