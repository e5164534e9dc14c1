import { Command, Option } from "commander";
import type { ProveOptions } from "../run/prove.ts";

export const command = new Command("prove")
  .description(
    "prove that a lab may be merged: many runs, half under load, and each line that matters",
  )
  .argument("[lab]", "an id, a unique slug, or a prefix such as caching/")
  .option("--all", "all labs; those with a proof of their present source are passed over")
  .addOption(new Option("--runs <n>", "how many runs").argParser(Number).default(10))
  .option("--record", "write evidence.json with the proof in it")
  .action(async (query: string | undefined, options: ProveOptions) => {
    const { proveCommand } = await import("../run/prove.ts");
    await proveCommand(query, options);
  });
