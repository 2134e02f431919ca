import type { Command } from "commander";
import type { CrossValidateOptions } from "../commands/cross-validate.ts";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import { addLearning, needsTarget } from "./learning.ts";
import { addOutput, DATA, needsData, whole } from "./shared.ts";

export function addCrossValidate(program: Command, io: Io): void {
  const command = program
    .command("cross-validate")
    .description("Train and test on each of several parts of a table: how good, and how sure.")
    .argument("[data...]", DATA)
    .option("--folds <n>", "parts; each is the test of one training", whole(2), 5)
    .option("--repeats <n>", "how often rows are dealt into parts anew", whole(1), 1);
  addOutput(addLearning(command))
    .addHelpText(
      "after",
      `
Preparation, training and the choice of the best epoch are done anew for each
fold, on the other rows alone. With --split time:COLUMN each test comes after
its training rows.

Examples:
  $ chainrule cross-validate penguins.csv --target species
  $ chainrule cross-validate visits.csv -t cost --split group:patient`,
    )
    .action(async (files: string[], _: CrossValidateOptions, self: Command) => {
      await applyConfig(self);
      const options = self.opts<CrossValidateOptions>();
      needsData(self, files, options.sql);
      await needsTarget(self, options.target, { files, sql: options.sql });
      const { crossValidateCommand } = await import("../commands/cross-validate.ts");
      await crossValidateCommand(files, options, io);
    });
}
