import { join } from "node:path";
import {
  checkThreshold,
  chooseSettings,
  classNumbers,
  columnNamed,
  type FinishOptions,
  makeModel,
  type Plan,
  type Settings,
  settingsIn,
  type TableModel,
  targetNumbers,
} from "chainrule/tables";
import type { Io } from "../io.ts";
import type { TrainOptions } from "../runs/asked.ts";
import { configOf } from "../runs/config.ts";
import { checkPlace } from "../runs/folder.ts";
import { beginRun } from "../runs/recorder.ts";
import { tableName } from "../sources/file.ts";
import { dataFrom } from "../sources/paths.ts";
import { readPlan } from "../sources/plan.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { sayPlan } from "./train-heading.ts";
import { trainRun } from "./training.ts";

/** `chainrule train DATA --target COLUMN`: reads, decides, makes a run's folder, trains, tests, and says all of it. */
export async function train(paths: readonly string[], options: TrainOptions, io: Io): Promise<void> {
  const begun = performance.now();
  const output = new Output(io, options);
  const { out, sql } = options;
  const name = sql === undefined || paths.length > 0 ? tableName(paths[0]) : "query";
  const place = out === undefined ? { base: join("runs", name) } : { folder: out };
  await checkPlace(place);
  const data = await dataFrom(paths, options, io);
  const plan = await readPlan(data, options, sayReading(output));
  const chosen = chooseSettings(settingsIn(options), plan.split.training.length, plan.task);
  const settings = options.findLr ? await withFoundRate(plan, chosen, output, io) : chosen;
  const model = makeModel(plan, settings);
  checkTest(plan, model, options);
  const config = await configOf(data, options, plan, settings, model.spec);
  const folder = await beginRun(place, config);
  const job = {
    folder,
    config,
    plan,
    settings,
    model,
    from: null,
    paths: options.test === undefined ? data.files : [options.test],
    begun,
    sayHeading: () => sayPlan(output, plan, settings, model),
  };
  await trainRun(job, output, io, options.json);
}

/** The settings with the rate that a range test finds, where it finds one. */
async function withFoundRate(plan: Plan, settings: Settings, output: Output, io: Io): Promise<Settings> {
  const { testRates } = await import("./rates.ts");
  const { suggestion } = await testRates(makeModel(plan, settings), plan, settings, output, io);
  return suggestion === null ? settings : { ...settings, lr: suggestion };
}

/** Finds whatever makes the test impossible now, and not after training. */
export function checkTest(
  { target, test: { table, rows } }: Plan,
  model: TableModel,
  { threshold }: Pick<FinishOptions, "threshold">,
): void {
  checkThreshold(target, { threshold });
  const column = columnNamed(table, target.name, "target");
  if (target.task === "classification") classNumbers(target, column, rows, table.source);
  else targetNumbers(column, rows, table.source);
  model.inputs(table, rows);
}
