// What the runner and a lab's process say to each other, over the channel between them.

import type { Trace } from "#kit";
import type { Description } from "../contracts/description.ts";
import type { Deed, Where } from "./server.ts";

/** A service as the trial finds it. */
export type Reach = Where & {
  readonly tenant: string;
  readonly options: Readonly<Record<string, unknown>>;
};

/** From the runner. */
export type Order =
  | {
      readonly kind: "trial";
      readonly arm: string;
      readonly knobs: Readonly<Record<string, number>>;
      readonly services: Readonly<Record<string, Reach>>;
      /** True to have links record what crosses the wire. */
      readonly traced: boolean;
    }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly error?: string;
      readonly text?: string;
    };

/** One trial's outcome, judged where the claims' functions are. */
export interface Judged {
  readonly finding: unknown;
  readonly verdicts: Readonly<Record<string, boolean>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
}

/** From the lab's process. */
export type Report =
  | { readonly kind: "described"; readonly lab: Description }
  | { readonly kind: "note"; readonly text: string }
  | {
      readonly kind: "sample";
      readonly series: string;
      readonly x: number;
      readonly y: number;
    }
  | ({ readonly id: number; readonly service: string } & Deed)
  | { readonly kind: "trace"; readonly trace: Trace }
  | ({ readonly kind: "judged" } & Judged)
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };
