import { sizes } from "chainrule/tables";
import { type Command, Option } from "commander";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import type { TrainOptions } from "../runs/asked.ts";
import { addLearning, addTest, addThreshold, needsTarget } from "./learning.ts";
import { usual } from "./settings.ts";
import { addOutput, DATA, needsData, notNegative } from "./shared.ts";

export function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .description("Train a network to predict one column of a table from the others, and test it.")
    .argument("[data...]", DATA);
  addThreshold(addTest(addLearning(command)))
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
  const names = (["hidden", "batchSize", "epochs"] as const).filter((name) => usual(name) === "by rows");
  const rows = sizes.map((size) => [
    Number.isFinite(size.below) ? `below ${size.below.toLocaleString("en-US")}` : "more",
    ...names.map((name) => String(size[name])),
  ]);
  const head = [
    "rows",
    ...names.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)),
  ];
  const lines = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => `  ${line.map((cell, i) => cell.padEnd(widths[i])).join("   ")}`.trimEnd())
    .join("\n");
}
