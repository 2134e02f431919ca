import { patienceFor, sizes } from "chainrule/tables";
import { type Command, Option } from "commander";
import type { TrainOptions } from "../commands/train.ts";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import { addLearning, addTest, needsTarget } from "./learning.ts";
import { addOutput, DATA, needsData, notNegative } from "./shared.ts";

export function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .description("Train a network to predict one column of a table from the others, and test it.")
    .argument("[data...]", DATA);
  addTest(addLearning(command))
    .addOption(
      new Option("--find-lr", "take the rate that a range test finds, and show its picture")
        .default(false)
        .helpGroup("Training:"),
    )
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
    .option("--tensorboard", "write event files for TensorBoard into the run", false);
  addOutput(command)
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
      await needsTarget(command, options.target, { files, sql: options.sql });
      const { train } = await import("../commands/train.ts");
      await train(files, options, io);
    });
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
