// All services that the project knows, found by looking into their room.

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Service } from "#kit";

const ROOM = new URL("../services/", import.meta.url);

/** Every service, by name in order. A file that declares no service of its own name is passed by. */
export async function allServices(): Promise<Service[]> {
  const files = readdirSync(ROOM).filter((file) => /^[a-z0-9-]+\.ts$/.test(file));
  const found = await Promise.all(files.map((file) => serviceOf(basename(file, ".ts"))));
  return found.filter((service) => service !== undefined);
}

/** The service of a name, which is that of its file. Throws when the file declares none. */
export async function loadService(name: string): Promise<Service> {
  const service = await serviceOf(name);
  if (!service) throw new Error(`services/${name}.ts exports no service of that name`);
  return service;
}

async function serviceOf(name: string): Promise<Service | undefined> {
  const module = await import(new URL(`${name}.ts`, ROOM).href);
  const exported = Object.values(module) as Partial<Service>[];
  return exported.find((one) => one?.form?.name === name) as Service | undefined;
}
