// What crossed the wire in a traced trial; the shape that kit/link records and the diagrams draw.

import { z } from "zod";

const message = z.object({
  at: z.number().describe("ms from the trace's start to its last byte at the link"),
  arrivedAt: z.number().nullable().describe("when its last byte left the link"),
  connection: z.string(),
  server: z.string(),
  direction: z.enum(["requests", "replies"]),
  label: z.string(),
  bytes: z.number().int(),
  setup: z.boolean().describe("what a client library does by itself, before its user's work"),
});

const mark = z.object({
  at: z.number(),
  kind: z.enum(["fault", "note"]),
  label: z.string(),
  server: z.string(),
  connection: z.string().nullable(),
});

export const traceSchema = z.object({
  startedAt: z.number().describe("ms since 1970"),
  messages: z.array(message),
  marks: z.array(mark),
  beyond: z.number().int().describe("messages and marks that came after the trace was full"),
});
