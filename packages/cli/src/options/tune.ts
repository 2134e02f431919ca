import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import type { TuneOptions } from "../commands/tune.ts";
import { applyConfig } from "../config.ts";
import type { Io } from "../io.ts";
import { addLearning, addTest, addThreshold, needsTarget } from "./learning.ts";
import { addOutput, DATA, needsData, positive, spaceOf, whole } from "./shared.ts";

/** A worker for each core. */
export const defaultWorkers = (): number => Math.min(availableParallelism(), 64);

export function addTune(program: Command, io: Io): void {
  const command = program
    .command("tune")
    .description("Search width, depth, rate, dropout and the like, and train the best.")
    .argument("[data...]", DATA)
    .optionsGroup("Search:")
    .option("--trials <n>", "settings to try at most (default: 30, or no limit with --minutes)", whole(1))
    .option("--minutes <m>", "time that the search may take (default: no limit)", positive)
    .option(
      "--workers <n>",
      "trials trained at a time, each on one core (default: one for each core)",
      whole(1),
    )
    .addOption(
      new Option(
        "--space <file>",
        "JSON with the ranges to search (default: width, depth, activation, lr, dropout and weight-decay, see below)",
      ).argParser(spaceOf),
    )
    .addOption(
      new Option(
        "-o, --out <folder>",
        "where to write the search; nothing is ever overwritten (default: tunes/<table>-<n>)",
      ),
    )
    .option("--resume <folder>", "go on with the search in a folder, as resume does (default: a new search)");
  addOutput(addThreshold(addTest(addLearning(command))));
  command
    .addHelpText(
      "after",
      `
By default width (64 to 512), depth (1 to 4), activation, lr, dropout and
weight-decay are searched, but for those that an option fixes. A file, or the
value of "space" in chainrule.json, says it otherwise; "hidden" may stand in
place of width and depth:
  {"lr": {"log": [0.001, 0.3]}, "dropout": {"linear": [0, 0.5]},
   "width": [64, 128, 256], "depth": {"whole": [1, 4]}}

What follows from the number of rows is in \`chainrule train --help\`.

Trials are compared on validation rows at the ends of the schedule's waves; the
better half goes on (asynchronous successive halving). The test rows are scored
once, with the best trial. With one worker, same seed, same data and same
options give the same bits; with more, trials have the same settings, and which
go on depends on which are done first.

Examples:
  $ chainrule tune penguins.csv --target species
  $ chainrule tune houses.csv --target price --minutes 20 --space space.json
  $ chainrule resume tunes/houses-1`,
    )
    .action(async (files: string[], _: TuneOptions, self: Command) => {
      const { tune, resumeTune } = await import("../commands/tune.ts");
      const workersOf = ({ workers }: { workers?: number }): number => workers ?? defaultWorkers();
      const { resume: folder, ...given } = self.opts<TuneOptions & { resume?: string }>();
      if (folder !== undefined) {
        refuseOthers(self, files);
        await resumeTune(
          folder,
          { ...given, workers: workersOf(given), data: undefined, test: undefined },
          io,
        );
        return;
      }
      await applyConfig(self);
      const options = self.opts<TuneOptions>();
      needsData(self, files, options.sql);
      await needsTarget(self, options.target, { files, sql: options.sql });
      await tune(
        files,
        { ...options, tensorboard: false, checkpointEvery: 1, workers: workersOf(options) },
        io,
      );
    });
}

/** Options that a search may be given anew when it goes on. */
const resumable = ["resume", "workers", "json", "quiet"];

/** Ends the command as wrong usage where a search that goes on is given what it has already. */
function refuseOthers(command: Command, files: readonly string[]): void {
  const given = command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
    .filter((option) => !resumable.includes(option.attributeName()))
    .map(({ long }) => long);
  const extra = [...(files.length > 0 ? ["its data"] : []), ...given];
  if (extra.length > 0) {
    command.error(
      `error: a search that goes on has its data and options already: leave out ${extra.join(", ")}`,
      {
        exitCode: 2,
      },
    );
  }
}
