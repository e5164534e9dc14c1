// Starts every service that the machine has, and prints as a JSON object how each fared, by name:
// "ready", or its error. Run as a process of its own, as another user or with other folders than the
// tests.

import { find, MissingServer } from "../../runner/find.ts";
import { allServices } from "../../runner/services.ts";
import { stand } from "./stand.ts";

const fared: Record<string, string> = {};
for (const service of await allServices()) {
  const { form } = service;
  if (form.onDemand) continue;
  try {
    await find(form as never);
    await using _stood = await stand(service.own());
    fared[form.name] = "ready";
  } catch (error) {
    if (!(error instanceof MissingServer)) fared[form.name] = String(error);
  }
}
console.log(JSON.stringify(fared));
