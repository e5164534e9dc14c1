// Which labs compose cannot run, and why.

import type { ServiceForm } from "#kit";
import { type Composed, type Forms, runsBesideLab } from "./layout.ts";

/** A sentence for a lab that compose cannot run, or nothing for one that it can. */
export function refusalOf({ services }: Composed, forms: Forms): string | undefined {
  const wanted = Object.entries(services).map(([name, { service }]) => [name, service] as const);
  if (wanted.length === 0) return "this lab has no servers: it needs nothing but Node";
  for (const [name, service] of wanted) {
    const why = whyNot(forms[service] as ServiceForm<object, object>);
    if (why) return `compose cannot run its server "${name}": ${why}`;
  }
  return undefined;
}

function whyNot(form: ServiceForm<object, object>): string | undefined {
  if (runsBesideLab(form)) return undefined;
  if (form.notFromImage) return form.notFromImage;
  if (form.onDemand) return `${form.name} starts what the lab brings, which no image has`;
  if (form.download) return `${form.name} is started by scripts that its image does not have`;
  if (form.prepare?.(form.options).files) {
    return `its data folder is prepared from files, which the image of ${form.name} has not`;
  }
  return undefined;
}
