// What the page may ask for. Labs by id, numbers, and words from short lists: never a path, a command
// or code.

import { z } from "zod";

const name = z.string().min(1).max(200);
const verdicts = z.record(name, z.record(name, z.enum(["kept", "broken"])));

export const tokenSchema = z.strictObject({ token: z.string().max(100) });

export const runSchema = z.strictObject({
  lab: name,
  knobs: z.record(name, z.number()).default({}),
  guess: verdicts.optional().describe("what the reader expects, by claim and arm"),
  without: z.number().int().min(0).optional().describe("which of the lab's lines that matter"),
  traced: z.boolean().default(false).describe("one trial whose messages are recorded"),
  yours: z.boolean().default(false).describe("with the arm that the reader has written"),
});

export const faultSchema = z.strictObject({
  service: name,
  node: name.optional(),
  fault: z.enum(["kill", "pause", "resume", "restart"]),
});

export const markSchema = z.strictObject({ lab: name, mark: z.enum(["read", "seen"]) });

export const practiceSchema = z.strictObject({ lab: name });

export const nothingSchema = z.strictObject({});

export type RunRequest = z.infer<typeof runSchema>;
export type Guess = z.infer<typeof verdicts>;
