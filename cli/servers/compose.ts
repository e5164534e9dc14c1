// The command `compose`: a lab as a compose file, for who wants Docker and nothing else.

import { resolve } from "node:path";
import { composeFile } from "../../compose/compose.ts";
import { formsOf } from "../../compose/forms.ts";
import { type Composed, layoutOf } from "../../compose/layout.ts";
import { refusalOf } from "../../compose/refusal.ts";
import { layFolders } from "../../runner/attached/nodes.ts";
import { LabHost } from "../../runner/lab-host.ts";
import { Failure } from "../failure.ts";
import { stay } from "../house.ts";
import { ROOT } from "../root.ts";
import { findLab } from "../run/find.ts";

export interface ComposeOptions {
  folders?: boolean;
}

/** Prints the compose file, or writes the folders that it speaks of, in the container for that. */
export async function composeCommand(query: string, { folders }: ComposeOptions): Promise<void> {
  const lab = await described(query);
  const forms = await formsOf(lab);
  const refusal = refusalOf(lab, forms);
  if (refusal) throw new Failure(refusal, `npx pareto run ${query}`);
  if (folders) await layFolders(layoutOf(lab, forms));
  else process.stdout.write(composeFile(lab, forms, resolve(ROOT)));
}

async function described(query: string): Promise<Composed> {
  const { id, file } = findLab(query);
  await using open = await stay();
  await using host = new LabHost(file, open.house.launcher);
  return { ...(await host.describe()), id };
}
