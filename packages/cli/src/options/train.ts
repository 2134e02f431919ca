import { basename } from "node:path";
import { activationNames, optimizerNames, patienceFor, sizes, wording } from "chainrule/tables";
import { type Command, Option } from "commander";
import type { TrainOptions } from "../commands/train.ts";
import { applyConfig, configOption } from "../config.ts";
import type { Io } from "../io.ts";
import type { Data } from "../sources/index.ts";
import {
  collect,
  DATA,
  missingOption,
  needsData,
  notNegative,
  positive,
  seed,
  share,
  sqlOption,
  typesOption,
  units,
  whole,
} from "./shared.ts";
import { calibrateOption, calibrationSizeOption, splitOption, thresholdOption } from "./split.ts";

export function addTrain(program: Command, io: Io): void {
  program
    .command("train")
    .description("Train a network to predict one column of a table from the others, and test it.")
    .argument("[data...]", DATA)
    .option("-t, --target <column>", "the column to predict (required)")
    .addOption(
      new Option("--task <task>", "predict classes or a number; auto looks at the target")
        .choices(["auto", "classification", "regression"])
        .default("auto"),
    )
    .optionsGroup("Data:")
    .option("--test <file>", "a test table of your own (default: a part of the data)")
    .option("--test-size <share>", "share of the rows kept for the test", share, 0.2)
    .option("--validation-size <share>", "share of the other rows that tells when to stop", share, 0.15)
    .addOption(calibrationSizeOption())
    .addOption(splitOption())
    .option("--exclude <columns>", "columns not to use, with commas between (default: none)", collect)
    .option(
      "--include <columns>",
      "columns to use even if they look like identifiers (default: none)",
      collect,
    )
    .addOption(typesOption())
    .addOption(missingOption())
    .addOption(sqlOption())
    .addOption(configOption())
    .optionsGroup("Network:")
    .option(
      "--hidden <units>",
      "units of each hidden layer, such as 64,64, or none for a linear model (default: by rows, below)",
      units,
    )
    .addOption(
      new Option(
        "--activation <name>",
        "function of the hidden units (default: selu for classes, else mish)",
      ).choices(activationNames),
    )
    .option("--dropout <share>", "share of hidden units left out in each step (default: 0.15)", share)
    .optionsGroup("Training:")
    .option("--epochs <n>", "how often to go through the data at most (default: by rows, below)", whole(1))
    .option(
      "--patience <n>",
      "epochs without improvement before stopping (default: by rows, below)",
      whole(1),
    )
    .option("--batch-size <n>", "rows of one step (default: by rows, below)", whole(1))
    .addOption(
      new Option("--optimizer <name>", "how weights are changed (default: adamw)").choices(optimizerNames),
    )
    .option("--lr <rate>", "highest learning rate (default: 0.04 for classes, 0.2 for numbers)", positive)
    .option("--weight-decay <rate>", "pull of all weights toward zero (default: 0.02)", notNegative)
    .option("--label-smoothing <share>", "share of certainty taken from the true class (default: 0.1)", share)
    .addOption(calibrateOption())
    .addOption(thresholdOption())
    .option("--seed <n>", "same seed, same data, same options: same bits", seed, 0)
    .optionsGroup("Output:")
    .addOption(
      new Option(
        "-o, --out <folder>",
        "where to write the run; nothing is ever overwritten (default: runs/<table>-<n>)",
      ),
    )
    .option(
      "--checkpoint-every <seconds>",
      "how much training may be lost when it is killed, at the most",
      notNegative,
      1,
    )
    .option("--tensorboard", "write event files for TensorBoard into the run", false)
    .option("--json", "print the result as JSON, the last line of standard output", false)
    .option("-q, --quiet", "print errors only (and JSON, if asked for)", false)
    .addHelpText(
      "after",
      `
Defaults by the number of training rows:
${defaultsTable()}

A target of texts or truth values has classes. One of numbers has classes if
they are whole, with at most 20 different ones in 5 rows each on average.

Examples:
  $ chainrule train penguins.csv --target species
  $ chainrule train houses.csv --target price --test-size 0.3 --hidden 128,128`,
    )
    .action(async (files: string[], _: TrainOptions, command: Command) => {
      await applyConfig(command);
      const options = command.opts<TrainOptions>();
      needsData(command, files, options.sql);
      if (options.target === undefined)
        command.error(await targetWanted({ files, sql: options.sql }), { exitCode: 2 });
      const { train } = await import("../commands/train.ts");
      await train(files, options, io);
    });
}

/** That there is no target, with those that there could be. */
export async function targetWanted(data: Data): Promise<string> {
  const missing = "error: required option '-t, --target <column>' not specified";
  const { readNames } = await import("../sources/index.ts");
  const names = await readNames(data).catch(() => []);
  if (names.length === 0) return missing;
  const last = names[names.length - 1];
  const source = data.sql === undefined ? basename(data.files[0]) : "the query";
  return `${missing}
The columns of ${source} are ${wording.listed(names, 20)}.
For example: --target ${wording.shellWord(last)}`;
}

/** The defaults that follow from the size of the data, as a table. */
function defaultsTable(): string {
  const rows = sizes.map(({ below, hidden, batchSize, epochs }) => [
    Number.isFinite(below) ? `below ${below.toLocaleString("en-US")}` : "more",
    ...[hidden.join(), batchSize, epochs, patienceFor(epochs)].map(String),
  ]);
  const head = ["rows", "hidden", "batch-size", "epochs", "patience"];
  return [head, ...rows]
    .map(
      (row) =>
        `  ${row
          .map((cell) => cell.padEnd(15))
          .join("")
          .trimEnd()}`,
    )
    .join("\n");
}

/** What train alone has: where its run goes, and how it is written. */
const own = ["out", "checkpointEvery", "tensorboard", "findLr", "folds"];

/** Gives another command the options of train that say what is trained, and how: the same ones. Those that it has already stay its own. */
export function addSharedWithTrain(program: Command, command: Command): void {
  const has = new Set(command.options.map((option) => option.attributeName()));
  const train = program.commands.find((other) => other.name() === "train");
  for (const option of train?.options ?? []) {
    const name = option.attributeName();
    if (!own.includes(name) && !has.has(name)) command.addOption(option);
  }
}
