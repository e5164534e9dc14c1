// The forms of the curriculum's files. Once a deliverable is built, its own file is the truth for
// title and question, and its entry here keeps slug, week and, where it is not "real", fidelity.

import { z } from "zod";

const strings = z.array(z.string());

/** What an experiment is to become; `pareto new` starts a lab from it. */
export const experimentSchema = z.strictObject({
  servers: strings,
  arms: z.record(z.string(), z.string()).describe("what each arm does"),
  claims: z.record(z.string(), strings).describe("the arms that break each claim"),
  how: z.string().describe("how the failure is provoked"),
  measures: strings,
  knobs: z.record(z.string(), z.number()),
  faults: strings.optional(),
  matters: z.string().describe("the line that matters, and what falls without it"),
  extend: z.string(),
  realWorld: z.string(),
  related: strings.describe("slugs"),
  composes: strings.optional().describe("slugs of the labs that a system puts together"),
  estimate: z.string().optional(),
  beyondOneMachine: z.string().optional(),
});

/** What an article is to say. `{{slug.arm.measure}}` stands for a number of a lab's evidence. */
export const essaySchema = z.strictObject({
  hook: z.string(),
  problem: z.string(),
  obviousFix: z.string().describe("the fix that fails"),
  shift: z.string(),
  labs: strings.describe("slugs"),
  wanted: strings.optional().describe("labs that it needs and nobody has designed"),
  tradeoffs: strings,
  notFor: z.string(),
  quickWin: z.string(),
  facts: strings.describe("ids of facts.yaml"),
});

const head = {
  slug: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  week: z.number().int().min(0),
  fidelity: z.string().startsWith("emulator").optional().describe("absent where servers are real"),
  title: z.string().optional(),
  question: z.string().endsWith("?").optional(),
};

export const headSchema = z.strictObject(head);
const experiments = listOf(z.strictObject({ ...head, design: experimentSchema.optional() }));
const essays = listOf(z.strictObject({ ...head, design: essaySchema.optional() }));

/** labs/<category>/<topic>.yaml, systems/<group>.yaml and articles/<category>.yaml. */
export const fileSchemas = {
  lab: z.strictObject({ title: z.string(), labs: experiments }),
  system: z.strictObject({ title: z.string(), systems: experiments }),
  article: z.strictObject({ articles: essays }),
};

export const roadmapSchema = z.strictObject({
  categories: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      covers: z.string(),
      importance: z.enum(["critical", "high", "medium"]),
    }),
  ),
  phases: z.array(
    z.strictObject({
      title: z.string(),
      weeks: z.array(z.strictObject({ number: z.number().int(), title: z.string() })),
    }),
  ),
});

export const factsSchema = z.array(
  z.strictObject({
    id: z.string(),
    category: z.string(),
    company: z.string(),
    fact: z.string(),
    year: z.number().int(),
    source: z.strictObject({ title: z.string(), url: z.url() }),
    verified: z.string(),
  }),
);

export type Kind = keyof typeof fileSchemas;
export type Head = z.infer<typeof headSchema>;
export type Experiment = z.infer<typeof experimentSchema>;
export type Essay = z.infer<typeof essaySchema>;
export type Roadmap = z.infer<typeof roadmapSchema>;
export type Fact = z.infer<typeof factsSchema>[number];

function listOf<Item extends z.ZodType<Head>>(item: Item) {
  const once = (list: readonly Head[]) =>
    new Set(list.map(({ slug }) => slug)).size === list.length;
  return z.array(item).refine(once, "a slug stands there twice");
}
