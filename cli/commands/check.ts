import { Command } from "commander";

export const command = new Command("check")
  .description("check labs, pages, evidence and the project's own rules, without running anything")
  .option("--fix", "mend what a program can mend: the curriculum's entries of labs that are built")
  .option("--json", "print violations as JSON")
  .action(async (options: { fix?: boolean; json?: boolean }) => {
    const { checkCommand } = await import("../show/check.ts");
    await checkCommand(options);
  });
