import { Command, Option } from "commander";
import type { RunOptions } from "../run/labs.ts";

export const command = new Command("run")
  .description("run a lab, or all labs of a prefix, and compare them with what they declare")
  .argument("<lab>", "an id, a unique slug, or a prefix such as caching/")
  .argument("[knobs...]", "knobs to turn, as name=value")
  .option("--arm <names...>", "only these arms")
  .addOption(new Option("--rounds <n>", "counted rounds").argParser(Number))
  .option("--fewest", "as few rounds as can decide every claim")
  .option("--record", "write the lab's evidence.json")
  .option("--trace", "one round, and a drawing of what crossed the wire")
  .option("--aa <arm>", "run one arm against itself: what differs then is the machine's")
  .option("--yours <file>", "your own arm beside the others; see `practice`")
  .option("--watch", "with --yours: run again whenever the file is saved")
  .addOption(
    new Option("--attached", "in a container: on the servers of a compose file").hideHelp(),
  )
  .option("--json", "print the run as JSON lines, one event each")
  .action(async (query: string, knobs: string[], options: RunOptions) => {
    const { runCommand } = await import("../run/labs.ts");
    await runCommand(query, knobs, options);
  });
