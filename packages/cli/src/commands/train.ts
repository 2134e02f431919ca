import { join } from "node:path";
import {
  type ActivationName,
  chooseSettings,
  followed,
  headline,
  learn,
  makeModel,
  type OptimizerName,
  type Plan,
  type Settings,
  scoresOf,
  type TableModel,
  type Task,
} from "chainrule/tables";
import type { FitResult } from "chainrule/train";
import { Interrupted, type Io } from "../io.ts";
import { checkPlace, writeFolder } from "../runs/folder.ts";
import { currentVersions, type RunConfig, runFiles } from "../runs/run.ts";
import { fileName, fingerprint, tableName } from "../sources/file.ts";
import { readPlan } from "../sources/plan.ts";
import { counted, duration } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { Progress } from "../terminal/progress.ts";
import { programName, sayNext, sayScores, shortPath } from "../terminal/report.ts";
import { sayPlan } from "./train-heading.ts";

/** The options of `chainrule train`; those that are undefined follow from the data. */
export interface TrainOptions {
  readonly target: string;
  readonly task: Task | "auto";
  readonly test?: string;
  readonly testSize: number;
  readonly validationSize: number;
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly missing: readonly string[];
  readonly hidden?: readonly number[];
  readonly activation: ActivationName;
  readonly dropout?: number;
  readonly optimizer: OptimizerName;
  readonly lr?: number;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly patience?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `chainrule train DATA --target COLUMN`: reads, decides, trains, tests, writes a run, and says all of it. */
export async function train(path: string, options: TrainOptions, io: Io): Promise<void> {
  const begun = performance.now();
  const output = new Output(io, options);
  const place = options.out === undefined ? { base: join("runs", tableName(path)) } : { folder: options.out };
  await checkPlace(place);
  output.setStatus(`  reading ${fileName(path)} …`);
  const plan = await readPlan(path, options);
  const settings = chooseSettings(options, plan.split.training.length);
  const model = makeModel(plan, settings);
  sayPlan(output, plan, settings, model);

  const result = await trainWatched(plan, settings, model, output, io);
  const { table, rows } = plan.test;
  const scores = scoresOf(plan.target, model.predict(table, rows), table, rows);

  const seconds = Math.round(performance.now() - begun) / 1000;
  const { epochs, best, stopped, history } = result;
  const config = await configOf(path, plan, settings, options, model);
  const summary = { test: scores, epochs, bestEpoch: best?.epoch ?? 0, stopped, seconds };
  const folder = await writeFolder(place, runFiles(config, model, summary, history));

  sayScores(output, scores, plan.target, rowsTested(plan, options));
  sayEnding(output, io, { path, options, folder, seconds });
  if (options.json) {
    const { task, target } = plan;
    output.result({ task, target: target.name, test: headline(scores), run: folder, epochs, seconds });
  }
  if (stopped === "signal") throw new Interrupted();
}

/** Trains with progress in sight. The first Ctrl-C ends training and keeps the best so far. */
async function trainWatched(
  plan: Plan,
  settings: Settings,
  model: TableModel,
  output: Output,
  io: Io,
): Promise<FitResult> {
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort());
  const progress = new Progress(output, settings.epochs, followed(plan.task));
  try {
    const result = await learn(
      model,
      plan,
      settings,
      {
        onBatchEnd: ({ epoch, batch, batches }) => progress.batch(epoch, batch / (batches ?? batch)),
        onEpochEnd: (report) => progress.epoch(report),
      },
      abort.signal,
    );
    if (result.stopped === "signal" && result.best === null) {
      output.say("  Stopped before the first epoch was over: nothing was written.");
      throw new Interrupted();
    }
    progress.end(result);
    return result;
  } finally {
    progress.clear();
    release();
  }
}

async function configOf(
  path: string,
  { table, split, test, dropped }: Plan,
  settings: Settings,
  { test: testPath, testSize, validationSize, missing }: TrainOptions,
  model: TableModel,
): Promise<RunConfig> {
  const { training, validation } = split;
  return {
    format: "chainrule run",
    version: 1,
    created: new Date().toISOString(),
    versions: currentVersions(),
    data: {
      file: fileName(path),
      rows: table.rows,
      sha256: await fingerprint(path),
      test: testPath === undefined ? null : fileName(testPath),
      parts: { training: training.length, validation: validation.length, test: test.rows.length },
      testSize,
      validationSize,
      missing,
      dropped,
    },
    settings,
    model: model.spec,
  };
}

const rowsTested = ({ test }: Plan, options: TrainOptions): string =>
  options.test === undefined
    ? `${counted(test.rows.length, "row")} that training never saw`
    : `${counted(test.rows.length, "row")} of ${test.table.source}`;

interface Ending {
  readonly path: string;
  readonly options: TrainOptions;
  readonly folder: string;
  readonly seconds: number;
}

function sayEnding(output: Output, io: Io, { path, options, folder, seconds }: Ending): void {
  const { bold, dim, green } = output.style;
  output.say();
  output.say(
    `  ${green("✓")} ${bold(folder)}  ${dim(`model, scores and history; ${duration(seconds)} in all`)}`,
  );
  const program = programName(io).split(" ");
  const data = shortPath(options.test ?? path);
  const run = shortPath(folder);
  const byNpm = io.env.npm_lifecycle_event === "start";
  sayNext(output, [
    [[...program, "predict", run, data], "predict each row"],
    [[...program, "evaluate", run, data], "the scores again"],
    byNpm
      ? [["npm", "start", "--", "my.csv", "--target", "price"], "a table of your own"]
      : [[...program, "train", "--help"], "all options"],
  ]);
}
