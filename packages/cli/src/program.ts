import { basename } from "node:path";
import { activationNames, missingWords, optimizerNames, patienceFor, sizes, wording } from "chainrule/tables";
import { Command, InvalidArgumentError, Option } from "commander";
import type { DoctorOptions } from "./commands/doctor.ts";
import type { EvaluateOptions } from "./commands/evaluate.ts";
import type { InspectOptions } from "./commands/inspect.ts";
import type { PredictOptions } from "./commands/predict.ts";
import type { TrainOptions } from "./commands/train.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

/** The commands with their options. What a command does is loaded when it is called. */
export function makeProgram(io: Io): Command {
  const program = new Command("chainrule")
    .description("Train, evaluate and use feedforward networks on tables.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule train penguins.csv --target species
  $ chainrule predict runs/penguins-1 new.csv --out predictions.csv

\`chainrule train --help\` shows all options of train with their defaults.`,
    );
  addTrain(program, io);
  addPredict(program, io);
  addEvaluate(program, io);
  addInspect(program, io);
  return program;
}

const DATA = "a CSV or TSV file with a header line, also gzipped";
const RUN = "the folder of a run that train has written";

function addTrain(program: Command, io: Io): void {
  program
    .command("train")
    .description("Train a network to predict one column of a table from the others, and test it.")
    .argument("<data>", DATA)
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
    .option("--exclude <columns>", "columns not to use, with commas between (default: none)", collect)
    .option(
      "--include <columns>",
      "columns to use even if they look like identifiers (default: none)",
      collect,
    )
    .addOption(missingOption())
    .optionsGroup("Network:")
    .option(
      "--hidden <units>",
      "units of each hidden layer, such as 64,64, or none for a linear model (default: by rows, below)",
      units,
    )
    .addOption(
      new Option("--activation <name>", "function of the hidden units")
        .choices(activationNames)
        .default("relu"),
    )
    .option("--dropout <share>", "share of hidden units left out in each step", share, 0.1)
    .optionsGroup("Training:")
    .option("--epochs <n>", "how often to go through the data at most (default: by rows, below)", whole(1))
    .option(
      "--patience <n>",
      "epochs without improvement before stopping (default: by rows, below)",
      whole(1),
    )
    .option("--batch-size <n>", "rows of one step (default: by rows, below)", whole(1))
    .addOption(
      new Option("--optimizer <name>", "how weights are changed").choices(optimizerNames).default("adamw"),
    )
    .option("--lr <rate>", "highest learning rate (default: 0.003; 0.05 for sgd)", positive)
    .option("--weight-decay <rate>", "pull of all weights toward zero", notNegative, 0.01)
    .option("--label-smoothing <share>", "share of certainty taken from the true class", share, 0.1)
    .option("--seed <n>", "same seed, same data, same options: same bits", seed, 0)
    .optionsGroup("Output:")
    .addOption(
      new Option(
        "-o, --out <folder>",
        "where to write the run; nothing is ever overwritten (default: runs/<table>-<n>)",
      ),
    )
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
    .action(async (path: string, options: TrainOptions, command: Command) => {
      if (options.target === undefined) command.error(await targetWanted(path), { exitCode: 2 });
      const { train } = await import("./commands/train.ts");
      await train(path, options, io);
    });
}

/** That there is no target, with those that there could be. */
async function targetWanted(path: string): Promise<string> {
  const missing = "error: required option '-t, --target <column>' not specified";
  const { readNames } = await import("./sources/index.ts");
  const names = await readNames(path).catch(() => []);
  if (names.length === 0) return missing;
  const last = names[names.length - 1];
  return `${missing}
The columns of ${basename(path)} are ${wording.listed(names, 20)}.
For example: --target ${wording.shellWord(last)}`;
}

function addPredict(program: Command, io: Io): void {
  program
    .command("predict")
    .description("Predict each row of a table by a trained run; the target need not be there.")
    .argument("<run>", RUN)
    .argument("<data>", DATA)
    .addOption(new Option("-o, --out <file>", "where to write, a new file (default: standard output)"))
    .addOption(new Option("--format <name>", "of the output").choices(["csv", "ndjson"]).default("csv"))
    .option("-q, --quiet", "print errors and predictions only", false)
    .addHelpText(
      "after",
      `
One line for each row, in their order: the prediction; for classes also its
probability and that of every class.

Examples:
  $ chainrule predict runs/penguins-1 new.csv
  $ chainrule predict runs/penguins-1 new.csv --out predictions.csv`,
    )
    .action(async (run: string, data: string, options: PredictOptions) => {
      const { predict } = await import("./commands/predict.ts");
      await predict(run, data, options, io);
    });
}

function addEvaluate(program: Command, io: Io): void {
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
      const { evaluate } = await import("./commands/evaluate.ts");
      await evaluate(run, data, options, io);
    });
}

function addInspect(program: Command, io: Io): void {
  program
    .command("inspect")
    .description("Show what is in each column of a table.")
    .argument("<data>", DATA)
    .addOption(missingOption())
    .option("--json", "print JSON, the last line of standard output", false)
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule inspect penguins.csv
  $ chainrule inspect penguins.csv --json`,
    )
    .action(async (data: string, options: InspectOptions) => {
      const { inspect } = await import("./commands/inspect.ts");
      await inspect(data, options, io);
    });

  program
    .command("doctor")
    .description("Show what compiled training runs on here, and how fast.")
    .option("--json", "print JSON, the last line of standard output", false)
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("./commands/doctor.ts");
      await doctor(options, io);
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

const missingOption = (): Option =>
  new Option("--missing <words>", "more words for a missing value, with commas between")
    .argParser((text: string, before: readonly string[]) => [...before, ...text.split(",")])
    .default(missingWords, "empty, ?, NA, N/A, NaN, null, None");

const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}

function share(text: string): number {
  const value = number(text);
  if (value < 0 || value >= 1) throw new InvalidArgumentError("Give a number from 0 to below 1.");
  return value;
}

function positive(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError("Give a number above 0.");
  return value;
}

function notNegative(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError("Give a number of at least 0.");
  return value;
}

const whole =
  (least: number) =>
  (text: string): number => {
    const value = number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
    return value;
  };

const seed = whole(0);

function units(text: string): number[] {
  if (text.trim() === "none") return [];
  const sizes = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 100_000)) return sizes;
  throw new InvalidArgumentError("Give whole numbers with commas between, such as 64,64, or none.");
}
