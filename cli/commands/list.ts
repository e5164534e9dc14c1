import { Command } from "commander";

export const command = new Command("list")
  .description("list the labs and systems that are built, or all that are designed")
  .argument("[prefix]", "a category or topic, such as caching/redis-lua")
  .option("--all", "also what is designed and not built yet, and articles")
  .option("--json", "print rows as JSON")
  .action(async (prefix: string | undefined, options: { all?: boolean; json?: boolean }) => {
    const { listCommand } = await import("../show/list.ts");
    listCommand(prefix, options);
  });
