import { Command, Option } from "commander";

export const command = new Command("next")
  .description("what to learn, to build or to verify next, and why")
  .addOption(new Option("--count <n>", "how many of each").argParser(Number).default(3))
  .option("--json", "print the steps as JSON")
  .action(async (options: { count: number; json?: boolean }) => {
    const { nextCommand } = await import("../show/next.ts");
    nextCommand(options);
  });
