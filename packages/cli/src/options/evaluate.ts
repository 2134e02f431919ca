import type { Command } from "commander";
import type { EvaluateOptions } from "../commands/evaluate.ts";
import type { Io } from "../io.ts";
import { DATA, RUN } from "./shared.ts";

export function addEvaluate(program: Command, io: Io): void {
  program
    .command("evaluate")
    .description("Score a trained run on a table that has the target.")
    .argument("<run>", RUN)
    .argument("<data>", DATA)
    .option("--all-rows", "score all rows even of the table that the run was trained on", false)
    .option("--json", "print the scores as JSON, the last line of standard output", false)
    .option("-q, --quiet", "print errors only (and JSON, if asked for)", false)
    .addHelpText(
      "after",
      `
On the very file that the run was trained on, only its test rows are scored,
those that training never saw, as train did.

Examples:
  $ chainrule evaluate runs/penguins-1 penguins.csv
  $ chainrule evaluate runs/penguins-1 other-penguins.csv --json`,
    )
    .action(async (run: string, data: string, options: EvaluateOptions) => {
      const { evaluate } = await import("../commands/evaluate.ts");
      await evaluate(run, data, options, io);
    });
}
