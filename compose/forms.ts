import type { Service } from "#kit";
import type { Composed, Forms } from "./layout.ts";

const ROOM = new URL("../services/", import.meta.url);

/** The services that a lab names, by the names of their files. Throws when one declares none. */
export async function formsOf({ services }: Pick<Composed, "services">): Promise<Forms> {
  const names = new Set(Object.values(services).map(({ service }) => service));
  const loaded = [...names].map(async (name) => [name, await formOf(name)] as const);
  return Object.fromEntries(await Promise.all(loaded));
}

async function formOf(name: string): Promise<Service["form"]> {
  const exported: Partial<Service>[] = Object.values(
    await import(new URL(`${name}.ts`, ROOM).href),
  );
  const form = exported.find((one) => one?.form?.name === name)?.form;
  if (!form) throw new Error(`services/${name}.ts exports no service of that name`);
  return form;
}
