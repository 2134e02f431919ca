import { basename } from "node:path";
import {
  activationNames,
  averages,
  fadeNames,
  keepBests,
  normalizations,
  numberEncodings,
  optimizerNames,
  parametrizations,
  scheduleNames,
  targetTransforms,
  wording,
} from "chainrule/tables";
import { type Command, Option } from "commander";
import { configOption } from "../config.ts";
import type { Data } from "../sources/index.ts";
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
import { calibrateOption, calibrationSizeOption, splitOption, thresholdOption } from "./split.ts";

/** The options of every command that trains: what is learned from which rows, by which network, and how. Their names are those of the library's settings. */
export function addLearning(command: Command): Command {
  for (const [heading, options] of Object.entries(groups()))
    for (const option of options) command.addOption(option.helpGroup(heading));
  return command;
}

/** An option whose value is one of some words. */
const choice = (flags: string, text: string, words: readonly string[]): Option =>
  new Option(flags, text).choices(words);

const parsed = (flags: string, text: string, parse: (text: string) => unknown): Option =>
  new Option(flags, text).argParser(parse);

const groups = (): Record<string, Option[]> => ({
  "Data:": [
    new Option("-t, --target <column>", "the column to predict (required)"),
    choice("--task <task>", "predict classes or a number; auto looks at the target", [
      "auto",
      "classification",
      "regression",
    ]).default("auto"),
    parsed(
      "--validation-size <share>",
      "share of the rows without the test's that tells when to stop",
      share,
    ).default(0.15),
    calibrationSizeOption(),
    splitOption(),
    new Option("--exclude <columns>", "columns not to use, with commas between (default: none)").argParser(
      collect,
    ),
    new Option(
      "--include <columns>",
      "columns to use even if they look like identifiers (default: none)",
    ).argParser(collect),
    new Option("--weights <column>", "a column that says how much each row counts (default: all the same)"),
    choice(
      "--target-transform <name>",
      "learn the logarithm of a number; auto where it is skewed (default: none)",
      targetTransforms,
    ),
    typesOption(),
    missingOption(),
    sqlOption(),
    configOption(),
  ],
  "Network:": [
    parsed(
      "--hidden <units>",
      "units of each hidden layer, such as 64,64, or none for a linear model (default: by rows)",
      units,
    ),
    choice(
      "--activation <name>",
      "function of the hidden units (default: selu for classes, else mish)",
      activationNames,
    ),
    new Option(
      "--no-parametric-activation",
      "units have all of the activation (default: each learns its share)",
    ),
    choice(
      "--number-encoding <name>",
      "numbers as they are, or with learned periodic features (default: by rows)",
      numberEncodings,
    ),
    parsed(
      "--embedding-size <n>",
      "length of the vectors of columns with many levels (default: 8)",
      whole(1),
    ),
    new Option("--no-front-scale", "inputs as they are (default: a learned factor for each)"),
    choice("--normalization <name>", "of each hidden layer (default: none)", normalizations),
  ],
  "Training:": [
    parsed("--epochs <n>", "how often to go through the data at most (default: by rows)", whole(1)),
    parsed("--patience <n>", "epochs without improvement before stopping (default: by rows)", whole(1)),
    parsed("--batch-size <n>", "rows of one step (default: by rows)", whole(1)),
    choice("--optimizer <name>", "how weights are changed (default: adamw)", optimizerNames),
    parsed("--lr <rate>", "highest learning rate (default: by optimizer and task)", positive),
    choice("--schedule <name>", "how the rate goes over training (default: coslog4)", scheduleNames),
    parsed("--momentum <share>", "decay of the average of gradients (default: 0.9)", share),
    parsed("--beta2 <share>", "decay of the average of squared gradients (default: 0.95)", share),
    choice(
      "--parametrization <name>",
      "ntk: one rate fits all widths (default: ntk where the optimizer scales its steps)",
      parametrizations,
    ),
    choice("--keep-best <figure>", "which epoch's weights are kept (default: by rows)", keepBests),
    parsed("--seed <n>", "same seed, same data, same options: same bits", seed).default(0),
  ],
  "Regularization:": [
    parsed("--dropout <share>", "share of hidden units left out in each step (default: 0.15)", share),
    choice("--dropout-schedule <name>", "over training (default: flat-cosine)", fadeNames),
    parsed("--weight-decay <rate>", "pull of all weights toward zero (default: 0.02)", notNegative),
    choice("--weight-decay-schedule <name>", "over training (default: flat-cosine)", fadeNames),
    parsed("--l1 <rate>", "penalty on the absolute values of weights (default: 0)", notNegative),
    parsed("--label-smoothing <share>", "share of certainty taken from the true class (default: 0.1)", share),
    parsed("--mixup <alpha>", "mix rows of a batch by shares from Beta(α, α) (default: 0)", notNegative),
    parsed("--noise <sd>", "standard deviation of noise on the inputs (default: 0)", notNegative),
    parsed("--clip-norm <norm>", "largest norm of all gradients of a step (default: no limit)", positive),
    choice("--average <kind>", "weights averaged over steps or epochs (default: none)", averages),
    parsed("--average-decay <share>", "of ema (default: 0.999)", share),
    parsed("--average-start <share>", "share of the epochs before swa begins (default: 0.75)", share),
    choice("--class-weights <kind>", "balanced: rare classes count more (default: none)", [
      "none",
      "balanced",
    ]),
  ],
  "Predictions:": [calibrateOption()],
});

/** The options of commands that test what they trained, on a part of the rows or on another table. */
export const addTest = (command: Command): Command =>
  command
    .addOption(
      new Option("--test <file>", "a test table of your own (default: a part of the data)").helpGroup(
        "Data:",
      ),
    )
    .addOption(
      parsed("--test-size <share>", "share of the rows kept for the test", share)
        .default(0.2)
        .helpGroup("Data:"),
    )
    .addOption(thresholdOption().helpGroup("Predictions:"));

/** Ends the command as wrong usage where no target was given, and says which columns there are. */
export async function needsTarget(command: Command, target: string | undefined, data: Data): Promise<void> {
  if (target === undefined) command.error(await targetWanted(data), { exitCode: 2 });
}

async function targetWanted(data: Data): Promise<string> {
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
