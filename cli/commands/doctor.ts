import { Command } from "commander";

export const command = new Command("doctor")
  .description("which servers this machine has, and which labs they open")
  .option("--clean", "empty the cache of data folders, versions and jars")
  .option("--json", "print what was found as JSON")
  .action(async (options: { clean?: boolean; json?: boolean }) => {
    const { doctorCommand } = await import("../servers/doctor.ts");
    await doctorCommand(options);
  });
