// The rooms of the project that this site is of, asked while the pages are built. They are loaded by
// Node as they are and not bundled, since they find their own files by where they lie.

import { root } from "astro:config/server";
import { fileURLToPath } from "node:url";

const project = new URL("..", root);
const room = <Module>(file: string): Promise<Module> =>
  import(/* @vite-ignore */ new URL(file, project).href);

const { openCatalog } = await room<typeof import("../../catalog/catalog.ts")>("catalog/catalog.ts");
export const { status } = await room<typeof import("../../catalog/status.ts")>("catalog/status.ts");
export const { composeOf } =
  await room<typeof import("../../compose/compose.ts")>("compose/compose.ts");

export const catalog = openCatalog(fileURLToPath(project));
