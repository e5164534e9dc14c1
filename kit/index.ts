// What a lab imports.

export * from "./clock.ts";
export * from "./contend.ts";
export * from "./gate.ts";
export * from "./history/effects.ts";
export * from "./history/messages.ts";
export type { Operation, Violation } from "./history/operation.ts";
export * from "./history/reads.ts";
export * from "./history/recorder.ts";
export * from "./history/register.ts";
export * from "./lab.ts";
export { type Counts, countsOf } from "./link/counts.ts";
export * from "./link/link.ts";
export * from "./link/merge.ts";
export type { Trace } from "./link/trace.ts";
export * from "./load/load.ts";
export type { ClosedPlan, Job, Loaded, OpenPlan } from "./load/plan.ts";
export * from "./random.ts";
export * from "./ratio.ts";
export * from "./service.ts";
export * from "./sockets.ts";
export * from "./statistics.ts";
export * from "./until.ts";
