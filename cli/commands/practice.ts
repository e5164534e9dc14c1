import { Command } from "commander";

export const command = new Command("practice")
  .description("write a file with one arm of your own to fill in")
  .argument("<lab>", "an id or a unique slug")
  .option("--file <path>", "where to write it; in your data folder by default")
  .action(async (query: string, options: { file?: string }) => {
    const { practiceCommand } = await import("../run/practice.ts");
    practiceCommand(query, options);
  });
