import { Failure } from "../failure.ts";

/** Reads `name=value` words. Throws a Failure that names the first one that is not of that form. */
export function parseKnobs(words: readonly string[]): Record<string, number> {
  const knobs: Record<string, number> = Object.create(null);
  for (const word of words) {
    const [, name, text] = /^([A-Za-z][\w-]*)=(.+)$/.exec(word) ?? [];
    const value = Number(text);
    if (name === undefined || !Number.isFinite(value)) {
      throw new Failure(`"${word}" is not a knob`, "clients=64, a name and a number");
    }
    knobs[name] = value;
  }
  return knobs;
}
