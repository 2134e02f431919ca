import { chooseSettings, makeModel, settingsIn } from "chainrule/tables";
import type { Io } from "../io.ts";
import type { LearningOptions } from "../runs/asked.ts";
import { dataFrom } from "../sources/paths.ts";
import { readPlan } from "../sources/plan.ts";
import { programName, sayNext, shortPath } from "../terminal/next.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { roundRate, testRates } from "./rates.ts";
import { sayPlan } from "./train-heading.ts";

/** The options of `chainrule find-lr`: those of train that a few steps depend on, and the range of rates. */
export interface FindLrOptions extends LearningOptions {
  readonly test?: string;
  readonly testSize: number;
  readonly from?: number;
  readonly to?: number;
  readonly steps: number;
}

/** `chainrule find-lr DATA --target COLUMN`: the learning-rate range test, with its picture. Nothing is written. */
export async function findLr(paths: readonly string[], options: FindLrOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const data = await dataFrom(paths, options, io);
  const plan = await readPlan(data, options, sayReading(output));
  const settings = chooseSettings(settingsIn(options), plan.split.training.length, plan.task);
  const model = makeModel(plan, settings);
  sayPlan(output, plan, settings, model);
  const test = await testRates(model, plan, settings, output, io, options);
  const { suggestion } = test;
  if (suggestion !== null) {
    const words = [
      ...programName(io).split(" "),
      "train",
      ...paths.map(shortPath),
      "--target",
      options.target,
    ];
    sayNext(output, [[[...words, "--lr", roundRate(suggestion)], "train with it"]]);
  }
  if (options.json) output.result({ target: plan.target.name, ...test });
}
