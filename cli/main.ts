// The command line: a table of contents. Each command is a file of its own in commands/.

import { Command, CommanderError } from "commander";
import { EXIT, explain } from "./failure.ts";

const COMMANDS =
  "list run prove practice status next check doctor install compose new studio".split(" ");

const program = new Command("pareto")
  .description("System design as experiments on real servers, on your own machine, in seconds.")
  .option("--debug", "show the stack of an error")
  .showHelpAfterError("Try: npx pareto --help")
  .exitOverride();

// Only the command that was asked for is loaded, which halves the time to its first line.
const asked = COMMANDS.filter((name) => name === process.argv[2]);
for (const name of asked.length > 0 ? asked : COMMANDS) {
  const { command } = await import(`./commands/${name}.ts`);
  program.addCommand((command as Command).exitOverride());
}

// A reader that has seen enough (`| head`) closes the pipe, which is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.asDeclared);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.asDeclared : EXIT.usage;
  } else {
    console.error(explain(error, program.opts().debug));
    process.exitCode = (error as { exitCode?: number }).exitCode ?? EXIT.usage;
  }
}
