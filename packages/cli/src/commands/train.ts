import { join } from "node:path";
import {
  chooseSettings,
  classNumbers,
  columnNamed,
  type GivenSettings,
  makeModel,
  type Plan,
  type PreparedInputs,
  type Settings,
  type TableModel,
  type TargetTransform,
  type Task,
  targetNumbers,
} from "chainrule/tables";
import type { Io } from "../io.ts";
import type { TypeOverride } from "../options/shared.ts";
import type { CutOptions } from "../options/split.ts";
import { configOf } from "../runs/config.ts";
import { checkPlace } from "../runs/folder.ts";
import { beginRun } from "../runs/recorder.ts";
import { tableName } from "../sources/file.ts";
import type { Data } from "../sources/index.ts";
import { expandPaths } from "../sources/paths.ts";
import { readPlan } from "../sources/plan.ts";
import { counted } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { sayPlan } from "./train-heading.ts";
import { trainRun } from "./training.ts";

/** What every command that trains is told; what is undefined follows from the data. */
export interface LearningOptions extends CutOptions, GivenSettings {
  readonly target: string;
  readonly task: Task | "auto";
  readonly validationSize: number;
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly weights?: string;
  readonly targetTransform?: TargetTransform;
  readonly missing: readonly string[];
  readonly types?: readonly TypeOverride[];
  /** A query that gives the table. */
  readonly sql?: string;
  readonly seed: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The options of `chainrule train`. */
export interface TrainOptions extends LearningOptions {
  readonly test?: string;
  readonly testSize: number;
  /** Take the learning rate that a range test finds. */
  readonly findLr?: boolean;
  /** Write event files for TensorBoard. */
  readonly tensorboard: boolean;
  /** Least seconds between two checkpoints. */
  readonly checkpointEvery: number;
  readonly out?: string;
}

/** `chainrule train DATA --target COLUMN`: reads, decides, makes a run's folder, trains, tests, and says all of it. */
export async function train(paths: readonly string[], options: TrainOptions, io: Io): Promise<void> {
  const begun = performance.now();
  const output = new Output(io, options);
  const { out, sql } = options;
  const name = sql === undefined || paths.length > 0 ? tableName(paths[0]) : "query";
  const place = out === undefined ? { base: join("runs", name) } : { folder: out };
  await checkPlace(place);
  const data: Data = { files: await expandPaths(paths), ...(sql === undefined ? {} : { sql }) };
  const plan = await readPlan(data, options, sayReading(output));
  const chosen = chooseSettings(options, plan.split.training.length, plan.task);
  const settings = options.findLr ? await withFoundRate(plan, chosen, output, io) : chosen;
  const model = makeModel(plan, settings);
  const testInputs = prepareTest(plan, model);
  const config = await configOf(data, options, plan, settings, model.spec);
  const folder = await beginRun(place, config);
  const job = {
    folder,
    config,
    plan,
    settings,
    model,
    testInputs,
    from: null,
    paths: options.test === undefined ? data.files : [options.test],
    begun,
    sayHeading: () => sayPlan(output, plan, settings, model),
  };
  await trainRun(job, output, io, options.json);
}

/** The settings with the rate that a range test finds, where it finds one. */
async function withFoundRate(plan: Plan, settings: Settings, output: Output, io: Io): Promise<Settings> {
  const { testRates } = await import("../tune/rates.ts");
  const { suggestion } = await testRates(makeModel(plan, settings), plan, settings, output, io);
  return suggestion === null ? settings : { ...settings, lr: suggestion };
}

/** Says how far reading is. */
export const sayReading =
  (output: Output) =>
  (rows: number): void =>
    output.setStatus(`  reading … ${counted(rows, "row")}`);

/** The inputs of the test rows. Whatever makes the test impossible is found now, and not after training. */
export function prepareTest({ target, test: { table, rows } }: Plan, model: TableModel): PreparedInputs {
  const column = columnNamed(table, target.name, "target");
  if (target.task === "classification") classNumbers(target, column, rows, table.source);
  else targetNumbers(column, rows, table.source);
  return model.inputs(table, rows);
}
