import { Command } from "commander";
import type { InstallOptions } from "../servers/install.ts";

export const command = new Command("install")
  .description("get the servers that labs need, with this machine's package manager")
  .argument(
    "[services...]",
    "such as redis or kafka, see `doctor`; without any, what the built labs need",
  )
  .option("--all", "every server that the project knows")
  .option("--yes", "do not ask")
  .action(async (services: string[], options: InstallOptions) => {
    const { installCommand } = await import("../servers/install.ts");
    await installCommand(services, options);
  });
