import { Command, Option } from "commander";
import type { StudioOptions } from "../run/studio.ts";

export const command = new Command("studio")
  .description("open the studio in the browser: read, predict, run, turn, break")
  .addOption(new Option("--port <n>", "where it listens").argParser(Number).default(4873))
  .option("--no-open", "only show the link")
  .option("--in-container", "let in who comes through a published port; only in a container")
  .action(async (options: StudioOptions) => {
    const { studioCommand } = await import("../run/studio.ts");
    await studioCommand(options);
  });
