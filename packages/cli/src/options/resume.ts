import { type Command, Option } from "commander";
import type { ResumeOptions } from "../commands/resume.ts";
import type { Io } from "../io.ts";
import { addOutput } from "./shared.ts";
import { defaultWorkers } from "./tune.ts";

export function addResume(program: Command, io: Io): void {
  const command = program
    .command("resume")
    .description("Go on with a run, or a search by tune, that was stopped or killed.")
    .argument("<run>", "the folder of a run or of a search: what train or tune has written")
    .addOption(new Option("--data <files...>", "where its data are now (default: where they were)"))
    .addOption(new Option("--test <file>", "where its test table is now (default: where it was)"));
  addOutput(command)
    .addHelpText(
      "after",
      `
Training goes on from the last checkpoint, with the options that it began with,
and comes to the same weights and scores, bit by bit, as without the stop.

Examples:
  $ chainrule resume runs/penguins-1
  $ chainrule resume runs/penguins-1 --data moved/penguins.csv`,
    )
    .action(async (run: string, options: ResumeOptions) => {
      const { isTune } = await import("../tune/files.ts");
      if (await isTune(run)) {
        const { resumeTune } = await import("../commands/tune.ts");
        await resumeTune(run, { ...options, workers: defaultWorkers() }, io);
        return;
      }
      const { resume } = await import("../commands/resume.ts");
      await resume(run, options, io);
    });
}
