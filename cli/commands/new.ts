import { Command } from "commander";

export const command = new Command("new")
  .description("begin a lab that the roadmap designs: writes its folder from the design")
  .argument("<lab>", "an id or slug of the roadmap; see `next` and `list --all`")
  .action(async (query: string) => {
    const { newCommand } = await import("../show/new.ts");
    newCommand(query);
  });
