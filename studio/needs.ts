// What a lab needs of this machine: the servers that its code names, found or not.

import type { Deliverable } from "../catalog/deliverable.ts";
import { examine } from "../runner/doctor.ts";

/** A server that a lab needs. Without a version, this machine does not have it. */
export interface Need {
  readonly service: string;
  readonly version?: string;
  readonly problem?: string;
  /** What to type for it. */
  readonly command?: string;
}

/** The servers of a lab: those of its evidence, or of what it imports where it has none. */
export async function needsOf({ source, recorded }: Deliverable): Promise<Need[]> {
  const imports = source?.parts.modules.flatMap((module) => module.imports) ?? [];
  const imported = imports.map(({ from }) => /^#services\/(.+)$/.exec(from)?.[1]);
  const known = recorded.lab && Object.values(recorded.lab.services).map((one) => one.service);
  const wanted = new Set(known ?? imported);
  const examined = (await examine()).filter(({ service }) => wanted.has(service));
  return examined.map(({ service, version, found, problem }) =>
    found ? { service, version } : { service, problem, command: `npx pareto install ${service}` },
  );
}
