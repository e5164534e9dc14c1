// The stream of a run: one JSON object a line. Everything that is shown, stored or sent comes from
// it. A reader that meets a kind it does not know passes it over; `version` changes when a known
// kind does.

import { z } from "zod";
import { descriptionSchema } from "./description.ts";
import { traceSchema } from "./trace.ts";
import { EVENTS_VERSION } from "./versions.ts";

export const verdictSchema = z.enum(["kept", "broken", "inconclusive"]);
const at = { at: z.number().describe("milliseconds since the run began") };
const trial = { arm: z.string(), round: z.number().int().describe("0 is the warm-up") };

export const spreadSchema = z.object({
  n: z.number().int(),
  median: z.number(),
  low: z.number(),
  high: z.number(),
});

const difference = z.object({
  arm: z.string(),
  claim: z.string(),
  declared: verdictSchema,
  found: z
    .array(verdictSchema)
    .describe("one verdict a round, or one for all where rounds are compared"),
});

export const ratioSchema = z.object({
  claim: z.string(),
  arm: z.string(),
  median: z.number(),
  low: z.number(),
  high: z.number(),
});

const run = z.object({
  kind: z.literal("run"),
  version: z.literal(EVENTS_VERSION),
  id: z.string(),
  ...at,
});

const plan = z.object({
  kind: z.literal("plan"),
  lab: descriptionSchema,
  knobs: z.record(z.string(), z.number()),
  turned: z.boolean().describe("true when a knob is not at its default, so nothing is judged"),
  arms: z.array(z.string()),
  rounds: z.number().int(),
  ...at,
});

const service = z.object({
  kind: z.literal("service"),
  name: z.string().describe("the lab's name for it"),
  service: z.string(),
  state: z.enum(["starting", "ready"]),
  version: z.string().optional(),
  from: z.string().optional(),
  readyMs: z.number().optional(),
  ...at,
});

const end = z.object({
  kind: z.literal("end"),
  outcome: z.enum(["as-declared", "differs", "observed", "failed", "stopped"]),
  verdicts: z
    .record(z.string(), z.record(z.string(), verdictSchema))
    .describe("by claim, then by arm"),
  measures: z
    .record(z.string(), z.record(z.string(), spreadSchema))
    .describe("by measure, then by arm"),
  ratios: z.array(ratioSchema),
  differences: z.array(difference),
  error: z.string().optional(),
  missing: z.string().optional().describe("the service that this machine does not have"),
  peakMegabytes: z.number(),
  ...at,
});

export const eventSchema = z.discriminatedUnion("kind", [
  run,
  plan,
  service,
  z.object({ kind: z.literal("trial"), ...trial, ...at }),
  z.object({ kind: z.literal("note"), ...trial, text: z.string(), ...at }),
  z.object({
    kind: z.literal("sample"),
    ...trial,
    series: z.string(),
    x: z.number(),
    y: z.number(),
    ...at,
  }),
  z.object({
    kind: z.literal("fault"),
    ...trial,
    service: z.string(),
    fault: z.enum(["kill", "pause", "resume", "restart"]),
    node: z.string().optional(),
    ...at,
  }),
  z.object({
    kind: z.literal("finding"),
    ...trial,
    finding: z.unknown(),
    measures: z.record(z.string(), z.number()),
    ms: z.number(),
    ...at,
  }),
  z.object({
    kind: z.literal("verdict"),
    ...trial,
    claim: z.string(),
    verdict: verdictSchema,
    ...at,
  }),
  z.object({ kind: z.literal("trace"), ...trial, trace: traceSchema, ...at }),
  end,
]);

export type Verdict = z.infer<typeof verdictSchema>;
export type Event = z.infer<typeof eventSchema>;
export type PlanEvent = z.infer<typeof plan>;
export type EndEvent = z.infer<typeof end>;
export type Difference = z.infer<typeof difference>;
export type RatioFound = z.infer<typeof ratioSchema>;

type Undated<One> = One extends Event ? Omit<One, "at"> : never;

/** Puts an event into the stream, which dates it. */
export type Emit = (event: Undated<Event>) => void;
