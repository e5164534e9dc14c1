// The record of a run, beside its lab as evidence.json. Only the runner writes it.

import { z } from "zod";
import { descriptionSchema } from "./description.ts";
import { ratioSchema, spreadSchema, verdictSchema } from "./events.ts";
import { traceSchema } from "./trace.ts";
import { EVIDENCE_VERSION } from "./versions.ts";

const point = z.tuple([z.number(), z.number()]);

export const evidenceSchema = z.object({
  version: z.literal(EVIDENCE_VERSION),
  id: z.string(),
  source: z.string().describe("hash of the lab's folder without its page and evidence"),
  recorded: z.iso.datetime(),
  lab: descriptionSchema,
  knobs: z.record(z.string(), z.number()),
  rounds: z.number().int(),
  verdicts: z
    .record(z.string(), z.record(z.string(), z.array(verdictSchema)))
    .describe("by claim, then by arm: one verdict a round, or one where rounds are compared"),
  measures: z.record(z.string(), z.record(z.string(), spreadSchema)),
  ratios: z.array(ratioSchema),
  series: z
    .record(z.string(), z.record(z.string(), z.array(point)))
    .describe("by series, then by arm, from the last round"),
  notes: z.record(z.string(), z.array(z.string())).describe("by arm, from the last round"),
  sweeps: z
    .record(
      z.string(),
      z.array(
        z.object({
          value: z.number(),
          measures: z.record(z.string(), z.record(z.string(), z.number())),
        }),
      ),
    )
    .optional()
    .describe("by knob: medians by measure and arm at other values of that knob"),
  traces: z
    .record(z.string(), traceSchema)
    .optional()
    .describe("by arm, from a traced trial at the lab's own small knobs"),
  seconds: z.number(),
  peakMegabytes: z.number(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number().int(),
    memoryGigabytes: z.number(),
    system: z.string(),
    node: z.string(),
  }),
  servers: z.record(z.string(), z.string()).describe("versions of the servers, by service"),
  clients: z.record(z.string(), z.string()).describe("versions of the client packages it imports"),
  proof: z
    .object({
      runs: z.number().int(),
      loaded: z.number().int().describe("how many of the runs were under full CPU load"),
      mixed: z.number().int().describe("claims of arms whose verdict was not the same in all runs"),
      lines: z.record(z.string(), z.array(z.string())).describe("what each deleted line broke"),
      seconds: z.number().describe("the longest run"),
      megabytes: z.number(),
    })
    .optional(),
});

export type Evidence = z.infer<typeof evidenceSchema>;
export type Proof = NonNullable<Evidence["proof"]>;
