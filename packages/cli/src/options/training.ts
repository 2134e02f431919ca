import { activationNames, optimizerNames } from "chainrule/tables";
import { type Command, Option } from "commander";
import {
  collect,
  missingOption,
  notNegative,
  positive,
  seed,
  share,
  sqlOption,
  typesOption,
  units,
  whole,
} from "./shared.ts";
import { calibrateOption, calibrationSizeOption, splitOption } from "./split.ts";

/** The options of commands that train several networks on one table: those of `train` that say what is learned and how. */
export const addTraining = (command: Command): Command =>
  command
    .option("-t, --target <column>", "the column to predict (required)")
    .addOption(
      new Option("--task <task>", "predict classes or a number; auto looks at the target")
        .choices(["auto", "classification", "regression"])
        .default("auto"),
    )
    .option("--validation-size <share>", "share of the training rows that tells when to stop", share, 0.15)
    .addOption(calibrationSizeOption())
    .addOption(splitOption())
    .option("--exclude <columns>", "columns not to use, with commas between (default: none)", collect)
    .option("--include <columns>", "columns to use all the same (default: none)", collect)
    .addOption(typesOption())
    .addOption(missingOption())
    .addOption(sqlOption())
    .option("--hidden <units>", "units of each hidden layer (default: by rows, as train)", units)
    .addOption(
      new Option("--activation <name>", "function of the hidden units (default: by the task)").choices(
        activationNames,
      ),
    )
    .option("--dropout <share>", "share of hidden units left out in each step (default: 0.15)", share)
    .option("--epochs <n>", "how often to go through the data at most (default: by rows)", whole(1))
    .option("--patience <n>", "epochs without improvement before stopping (default: by rows)", whole(1))
    .option("--batch-size <n>", "rows of one step (default: by rows)", whole(1))
    .addOption(
      new Option("--optimizer <name>", "how weights are changed (default: adamw)").choices(optimizerNames),
    )
    .option("--lr <rate>", "highest learning rate (default: by the task)", positive)
    .option("--weight-decay <rate>", "pull of all weights toward zero (default: 0.02)", notNegative)
    .option("--label-smoothing <share>", "share of certainty taken from the true class (default: 0.1)", share)
    .addOption(calibrateOption())
    .option("--seed <n>", "same seed, same data, same options: same bits", seed, 0);

/** Ends the command as wrong usage where no target was given. */
export function needsTarget(command: Command, target: string | undefined): void {
  if (target === undefined)
    command.error("error: required option '-t, --target <column>' not specified", { exitCode: 2 });
}
