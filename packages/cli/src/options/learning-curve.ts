import { type Command, InvalidArgumentError } from "commander";
import type { LearningCurveCommandOptions } from "../commands/learning-curve.ts";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import { addLearning, needsTarget } from "./learning.ts";
import { addOutput, DATA, needsData, share, whole } from "./shared.ts";

export function addLearningCurve(program: Command, io: Io): void {
  const command = program
    .command("learning-curve")
    .description("Train on more and more rows of a table: would still more of them help?")
    .argument("[data...]", DATA)
    .option("--sizes <list>", "training rows, as numbers or shares (default: 0.0625,0.125,0.25,0.5,1)", sizes)
    .option("--seeds <n>", "trainings of each size, with other rows and weights", whole(1), 3)
    .option("--test-size <share>", "share of the rows kept for the test", share, 0.2);
  addLearning(command)
    .optionsGroup("Output:")
    .option("-o, --out <file>", "write the picture as SVG (default: none)");
  addOutput(command)
    .addHelpText(
      "after",
      `
A test curve that still rises asks for more rows. A wide gap to the training
curve says that rows are learned by heart; two curves that meet low ask for
other columns, or another network.

Examples:
  $ chainrule learning-curve penguins.csv --target species
  $ chainrule learning-curve houses.csv -t price --sizes 50,200,800 -o curve.svg`,
    )
    .action(async (files: string[], _: LearningCurveCommandOptions, self: Command) => {
      await applyConfig(self);
      const options = self.opts<LearningCurveCommandOptions>();
      needsData(self, files, options.sql);
      await needsTarget(self, options.target, { files, sql: options.sql });
      const { learningCurveCommand } = await import("../commands/learning-curve.ts");
      await learningCurveCommand(files, options, io);
    });
}

function sizes(text: string): number[] {
  const found = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (found.every((size) => size > 0 && (size <= 1 || Number.isSafeInteger(size)))) return found;
  throw new InvalidArgumentError("Give whole numbers, or shares up to 1, with commas between.");
}
