import { Command, Option } from "commander";
import type { ComposeOptions } from "../servers/compose.ts";

export const command = new Command("compose")
  .description("print a compose file: a lab beside its servers from their official images")
  .argument("<lab>", "an id or a unique slug")
  .addOption(new Option("--folders", "in a container: write the servers' folders").hideHelp())
  .action(async (query: string, options: ComposeOptions) => {
    const { composeCommand } = await import("../servers/compose.ts");
    await composeCommand(query, options);
  });
