// What this machine has of the servers, and what it would take to have the rest.

import type { ServiceForm } from "#kit";
import { find } from "./find.ts";
import { allServices } from "./services.ts";

/** One service on this machine. */
export interface Examined {
  readonly service: string;
  readonly found: boolean;
  readonly version?: string;
  readonly from?: string;
  readonly program?: string;
  /** Why it does not serve: absent, or too old. */
  readonly problem?: string;
}

type Form = ServiceForm<object, object>;

/** Examines every service, in the order of their names. Starts no server. */
export async function examine(): Promise<Examined[]> {
  const services = await allServices();
  return Promise.all(services.map(({ form }) => examineOne(form as Form)));
}

async function examineOne(form: Form): Promise<Examined> {
  const { name: service } = form;
  try {
    const { program, version, from } = await find(form as never);
    return { service, found: true, program, version, from };
  } catch (error) {
    return { service, found: false, problem: error instanceof Error ? error.message : `${error}` };
  }
}
