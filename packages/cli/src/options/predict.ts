import { type Command, Option } from "commander";
import type { PredictOptions } from "../commands/predict.ts";
import type { Io } from "../io.ts";
import { collect, DATA, formatOption, needsData, RUN, share, sqlOption } from "./shared.ts";

export function addPredict(program: Command, io: Io): void {
  program
    .command("predict")
    .description("Predict each row of a table by a trained run; the target need not be there.")
    .argument("<run>", RUN)
    .argument("[data...]", DATA)
    .addOption(sqlOption())
    .addOption(formatOption("--input-format <name>"))
    .addOption(new Option("-o, --out <file>", "where to write, a new file (default: -, standard output)"))
    .addOption(
      new Option("--format <name>", "format of the output (default: by the name of --out, else csv)").choices(
        ["csv", "ndjson", "parquet"],
      ),
    )
    .option(
      "--columns <names>",
      "columns of the data to repeat before the prediction, or all (default: none)",
      collect,
    )
    .option(
      "--level <share>",
      "numbers: add the ends of intervals that hold so many of the true values: 0.8, 0.9 or 0.95 (default: none)",
      share,
    )
    .option("-q, --quiet", "print errors and predictions only", false)
    .addHelpText(
      "after",
      `
One line for each row, in their order: the prediction; for classes also its
probability and that of every class, and for numbers, with --level, columns that
end in _low and _high: between them the true value lies in such a share of rows
like those of training.

Examples:
  $ chainrule predict runs/penguins-1 new.csv
  $ chainrule predict runs/penguins-1 new.csv --out predictions.parquet
  $ cat new.csv | chainrule predict runs/penguins-1 - > predictions.csv`,
    )
    .action(async (run: string, files: string[], options: PredictOptions, command: Command) => {
      needsData(command, files, options.sql);
      const { predict } = await import("../commands/predict.ts");
      await predict(run, files, options, io);
    });
}
