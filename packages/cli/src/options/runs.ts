import { type Command, Option } from "commander";
import type { RunsOptions } from "../commands/runs.ts";
import type { Io } from "../io.ts";

const sortings: readonly RunsOptions["sort"][] = ["when", "name", "score", "epochs", "seconds", "state"];

export function addRuns(program: Command, io: Io): void {
  program
    .command("runs")
    .description("List the runs in a folder, or compare some runs.")
    .argument("[folders...]", "a folder of runs (default: runs), or the folders of runs to compare")
    .addOption(
      new Option("--sort <by>", "order of the list: the latest, or the best score, first")
        .choices(sortings)
        .default("when"),
    )
    .option("--json", "print JSON, the last line of standard output", false)
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule runs --sort score
  $ chainrule runs runs/penguins-1 runs/penguins-2`,
    )
    .action(async (folders: string[], options: RunsOptions) => {
      const { runs } = await import("../commands/runs.ts");
      await runs(folders, options, io);
    });
}
