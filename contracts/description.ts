// A lab as plain data: what the lab's own process tells the runner, and what a run's first events
// and its evidence carry.

import { z } from "zod";

const knob = z.object({ value: z.number(), from: z.number(), to: z.number() });

const claim = z.object({
  brokenBy: z.array(z.string()),
  ratio: z
    .object({ to: z.string(), atMost: z.number().optional(), atLeast: z.number().optional() })
    .optional(),
});

const wanted = z.object({
  service: z.string().describe("the name of its file in services/"),
  options: z.record(z.string(), z.unknown()),
  alone: z.boolean().describe("true when no other lab may use the same server"),
  nodes: z.array(z.string()).optional().describe("the names of its processes, the first one first"),
});

export const descriptionSchema = z.object({
  title: z.string(),
  question: z.string(),
  services: z.record(z.string(), wanted),
  knobs: z.record(z.string(), knob),
  arms: z.array(z.string()).min(1),
  claims: z.record(z.string(), claim),
  measures: z
    .record(z.string(), z.string())
    .describe("measures with their units; a count has none"),
  traced: z
    .record(z.string(), z.number())
    .optional()
    .describe("knobs for a traced trial, small enough to be drawn"),
  sweeps: z
    .record(z.string(), z.array(z.number()))
    .optional()
    .describe("values of knobs at which it is recorded, too, one knob at a time"),
  deadlineSeconds: z.number(),
});

export type Description = z.infer<typeof descriptionSchema>;
export type Wanted = z.infer<typeof wanted>;
