import { Command } from "commander";
import type { Io } from "./io.ts";
import { addDoctor } from "./options/doctor.ts";
import { addEvaluate } from "./options/evaluate.ts";
import { addInspect } from "./options/inspect.ts";
import { addPredict } from "./options/predict.ts";
import { addTrain } from "./options/train.ts";
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
  addDoctor(program, io);
  return program;
}
