import type { Command } from "commander";
import type { CrossValidateOptions } from "../commands/cross-validate.ts";
import { applyConfig, configOption } from "../config.ts";
import type { Io } from "../io.ts";
import { DATA, needsData, whole } from "./shared.ts";
import { addTraining, needsTarget } from "./training.ts";

export function addCrossValidate(program: Command, io: Io): void {
  const command = program
    .command("cross-validate")
    .description("Train and test on each of several parts of a table: how good, and how sure.")
    .argument("[data...]", DATA)
    .option("--folds <n>", "parts; each is the test of one training", whole(2), 5)
    .option("--repeats <n>", "how often rows are dealt into parts anew", whole(1), 1);
  addTraining(command)
    .addOption(configOption())
    .option("--json", "print the result as JSON, the last line of standard output", false)
    .option("-q, --quiet", "print errors only (and JSON, if asked for)", false)
    .addHelpText(
      "after",
      `
Preparation, training and the choice of the best epoch are done anew for each
fold, on the other rows alone. With --split time:COLUMN each test comes after
its training rows. Other settings of training can stand in chainrule.json.

Examples:
  $ chainrule cross-validate penguins.csv --target species
  $ chainrule cross-validate visits.csv -t cost --split group:patient`,
    )
    .action(async (files: string[], _: CrossValidateOptions, self: Command) => {
      await applyConfig(self);
      const options = self.opts<CrossValidateOptions>();
      needsData(self, files, options.sql);
      needsTarget(self, options.target);
      const { crossValidateCommand } = await import("../commands/cross-validate.ts");
      await crossValidateCommand(files, options, io);
    });
}
