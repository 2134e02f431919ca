import type { Command } from "commander";
import type { EvaluateOptions } from "../commands/evaluate.ts";
import type { Io } from "../io.ts";
import { addOutput, DATA, formatOption, needsData, RUN, sqlOption } from "./shared.ts";

export function addEvaluate(program: Command, io: Io): void {
  const command = program
    .command("evaluate")
    .description("Score a trained run on a table that has the target.")
    .argument("<run>", RUN)
    .argument("[data...]", DATA)
    .addOption(sqlOption())
    .addOption(formatOption())
    .option(
      "--all-rows",
      "score all rows even of the table that the run was trained on (default: its test rows)",
      false,
    )
    .optionsGroup("Output:")
    .option("--report <file>", "write a report as HTML (default: none)");
  addOutput(command)
    .addHelpText(
      "after",
      `
On the very file that the run was trained on, only its test rows are scored,
those that training never saw, as train did.

Examples:
  $ chainrule evaluate runs/penguins-1 penguins.csv
  $ chainrule evaluate runs/penguins-1 others.csv --report others.html`,
    )
    .action(async (run: string, files: string[], options: EvaluateOptions, self: Command) => {
      needsData(self, files, options.sql);
      const { evaluate } = await import("../commands/evaluate.ts");
      await evaluate(run, files, options, io);
    });
}
