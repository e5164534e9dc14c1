import { Command } from "commander";

export const command = new Command("status")
  .description("how much of the roadmap is designed, built and verified")
  .option("--json", "print the figures as JSON")
  .action(async (options: { json?: boolean }) => {
    const { statusCommand } = await import("../show/status.ts");
    statusCommand(options);
  });
