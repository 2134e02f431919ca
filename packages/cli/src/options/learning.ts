import { basename } from "node:path";
import { targetTransforms, wording } from "chainrule/tables";
import { type Command, Option } from "commander";
import { configOption } from "../config.ts";
import type { Data } from "../sources/index.ts";
import { choice, parsed, settingGroups } from "./settings.ts";
import { collect, formatOption, missingOption, share, sqlOption, typesOption } from "./shared.ts";
import { calibrateOption, calibrationSizeOption, splitOption, thresholdOption } from "./split.ts";

/**
 * The options of every command that trains: what is learned from which rows, by which network, and how. Their names are those of the
 * library's settings.
 *
 * @param without names of those that mean nothing to the command
 */
export function addLearning(command: Command, without: readonly string[] = []): Command {
  for (const [heading, options] of Object.entries(groups())) {
    for (const option of options)
      if (!without.includes(option.attributeName())) command.addOption(option.helpGroup(heading));
  }
  return command;
}

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
      "share of the rows without the test's that tells when to stop, and which epoch is kept",
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
    new Option(
      "--weights <column>",
      "column of numbers from 0 on: for how many each row counts, in training and in scores; no input (default: each row counts once)",
    ),
    choice(
      "--target-transform <name>",
      "numbers: learn the logarithm of the target; auto where it is skewed (default: none)",
      targetTransforms,
    ),
    typesOption(),
    missingOption(),
    sqlOption(),
    formatOption(),
    configOption(),
  ],
  ...settingGroups(),
  "Predictions:": [calibrateOption()],
});

/** The options of commands that test what they trained, on a part of the rows or on another table. */
export const addTest = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--test <file>",
        "a test table of its own, with the same columns (default: a part of the data)",
      ).helpGroup("Data:"),
    )
    .addOption(
      parsed("--test-size <share>", "share of the rows kept for the test", share)
        .default(0.2)
        .helpGroup("Data:"),
    );

/** The options of commands that also complete the model for two classes. */
export const addThreshold = (command: Command): Command =>
  command.addOption(thresholdOption().helpGroup("Predictions:"));

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
