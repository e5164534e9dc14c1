// The form of a lab infers end to end, and a misspelt name is a compile error. There is nothing to
// run here: `npm run types` fails when one of these lines is no longer an error.

import { lab } from "#kit";
import { redis } from "#services/redis";

const fine = {
  title: "Types",
  question: "Does a misspelt name compile?",
  services: { store: redis },
  knobs: { clients: 2 },
  arms: { naive: () => 1, pattern: () => 2 },
};

lab({
  ...fine,
  async trial(arm, { store, knobs }) {
    const client = await store.connect();
    return { keys: await client.dbsize(), value: arm() + knobs.clients };
  },
  claims: { "It is two": { holds: (found) => found.value === 2, brokenBy: ["naive"] } },
  measures: { keys: (found) => found.keys, time: { unit: "ms", of: (found) => found.value } },
});

lab({
  ...fine,
  trial: async (arm) => ({ value: arm() }),
  claims: {
    // @ts-expect-error: there is no arm of this name
    "It is two": { holds: (found) => found.value === 2, brokenBy: ["naif"] },
  },
});

lab({
  ...fine,
  trial: async (arm) => ({ value: arm() }),
  claims: {
    // @ts-expect-error: the finding has no field of this name
    "It is two": { holds: (found) => found.valeu === 2, brokenBy: ["naive"] },
  },
});

lab({
  ...fine,
  // @ts-expect-error: there is no knob of this name
  trial: async (_arm, { knobs }) => ({ value: knobs.client }),
  claims: {},
});

lab({
  ...fine,
  // @ts-expect-error: there is no service of this name
  trial: async (_arm, { redis }) => ({ value: redis }),
  claims: {},
});

lab({
  ...fine,
  // @ts-expect-error: the service has no such method
  trial: async (_arm, { store }) => ({ value: await store.conect() }),
  claims: {},
});

lab({
  ...fine,
  trial: async (arm) => ({ value: arm() }),
  claims: {
    // @ts-expect-error: an arm to compare with is one of the lab's
    "It is faster": { ratio: (found) => found.value, to: "naif", atMost: 1, brokenBy: ["naive"] },
  },
});

lab({
  ...fine,
  trial: async (arm) => ({ text: String(arm()) }),
  claims: {},
  // @ts-expect-error: a measure is a number
  measures: { text: (found) => found.text },
});
