// What a lab needs of this machine: the servers that its code names, found or not.

import type { Deliverable } from "../catalog/deliverable.ts";
import { find, MissingServer } from "../runner/find.ts";
import { allServices } from "../runner/services.ts";

/** A server that a lab needs. Without a version, this machine does not have it. */
export interface Need {
  readonly service: string;
  readonly version?: string;
  readonly problem?: string;
  /** What to type for it. */
  readonly command?: string;
}

/** The servers of a lab, told from what it imports. */
export async function needsOf({ source }: Deliverable): Promise<Need[]> {
  const imports = source?.parts.modules.flatMap((module) => module.imports) ?? [];
  const wanted = new Set(imports.map(({ from }) => /^#services\/(.+)$/.exec(from)?.[1]));
  const services = (await allServices()).filter(({ form }) => wanted.has(form.name));
  return Promise.all(
    services.map(async ({ form }): Promise<Need> => {
      const service = form.name;
      try {
        const { version } = await find(form as never);
        return { service, version };
      } catch (error) {
        if (!(error instanceof MissingServer)) throw error;
        const command = `npx pareto install ${service}`;
        return { service, problem: error.message, command };
      }
    }),
  );
}
