import { Command } from "commander";
import type { Io } from "./io.ts";
import { addCodemod } from "./options/codemod.ts";
import { addCrossValidate } from "./options/cross-validate.ts";
import { addDoctor } from "./options/doctor.ts";
import { addEvaluate } from "./options/evaluate.ts";
import { addExplain } from "./options/explain.ts";
import { addFindLr } from "./options/find-lr.ts";
import { addInspect } from "./options/inspect.ts";
import { addLearningCurve } from "./options/learning-curve.ts";
import { addPredict } from "./options/predict.ts";
import { addResume } from "./options/resume.ts";
import { addRuns } from "./options/runs.ts";
import { addServe } from "./options/serve.ts";
import { addStudio } from "./options/studio.ts";
import { addToOnnx } from "./options/to-onnx.ts";
import { addToPyTorch } from "./options/to-pytorch.ts";
import { addTrain } from "./options/train.ts";
import { addTune } from "./options/tune.ts";
import { addTypes } from "./options/types.ts";
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
  program.commandsGroup("From a table to a model:");
  addInspect(program, io);
  addTrain(program, io);
  addTune(program, io);
  addResume(program, io);
  addRuns(program, io);
  addFindLr(program, io);
  addCrossValidate(program, io);
  addLearningCurve(program, io);
  program.commandsGroup("With a model:");
  addPredict(program, io);
  addEvaluate(program, io);
  addExplain(program, io);
  addStudio(program, io);
  addServe(program, io);
  program.commandsGroup("For other programs:");
  addTypes(program, io);
  addToOnnx(program, io);
  addToPyTorch(program, io);
  addCodemod(program, io);
  program.commandsGroup("This machine:");
  addDoctor(program, io);
  return program;
}
