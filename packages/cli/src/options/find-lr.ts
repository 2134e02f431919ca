import type { Command } from "commander";
import type { FindLrOptions } from "../commands/find-lr.ts";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import { addLearning, addTest, needsTarget } from "./learning.ts";
import { addOutput, DATA, needsData, positive, whole } from "./shared.ts";

/** What a few steps of a growing rate do not depend on. */
const meaningless = [
  "schedule",
  "epochs",
  "patience",
  "keepBest",
  "average",
  "averageDecay",
  "averageStart",
  "dropoutSchedule",
  "weightDecaySchedule",
  "mixup",
  "noise",
  "calibrate",
];

export function addFindLr(program: Command, io: Io): void {
  const command = program
    .command("find-lr")
    .description("Try learning rates from low to high, and show the loss against them.")
    .argument("[data...]", DATA)
    .optionsGroup("Test:")
    .option("--from <rate>", "the first rate (default: a thousandth of --lr)", positive)
    .option(
      "--to <rate>",
      "the last rate, if the loss does not diverge before (default: 100 times --lr)",
      positive,
    )
    .option("--steps <n>", "batches to train on", whole(3), 100);
  addOutput(addTest(addLearning(command, meaningless)));
  command
    .addHelpText(
      "after",
      `
The learning-rate range test (L. N. Smith 2017): the rate grows by one factor at
each step until the loss diverges. A good highest rate of a schedule lies where
the loss is least. Nothing is written. What follows from the number of rows is in
\`chainrule train --help\`.

Examples:
  $ chainrule find-lr penguins.csv --target species
  $ chainrule find-lr houses.csv --target price --from 0.001 --to 10`,
    )
    .action(async (files: string[], _: FindLrOptions, self: Command) => {
      await applyConfig(self);
      const options = self.opts<FindLrOptions>();
      needsData(self, files, options.sql);
      await needsTarget(self, options.target, { files, sql: options.sql });
      const { findLr } = await import("../commands/find-lr.ts");
      await findLr(files, options, io);
    });
}
