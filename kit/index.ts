// What a lab imports.

export * from "./contend.ts";
export * from "./gate.ts";
export * from "./lab.ts";
export * from "./link/link.ts";
export * from "./random.ts";
export * from "./ratio.ts";
export * from "./service.ts";
export * from "./statistics.ts";
export * from "./until.ts";
