import { Command } from "commander";

export const command = new Command("start")
  .description("run the first lab and say what to type next")
  .action(async () => {
    const { startCommand } = await import("../run/start.ts");
    await startCommand();
  });
