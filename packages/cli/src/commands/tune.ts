import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError } from "chainrule";
import {
  checkSpace,
  chooseSettings,
  defaultSpace,
  followed,
  headline,
  makeModel,
  type Plan,
  rungsFor,
  type Space,
  settingsIn,
  withPoint,
} from "chainrule/tables";
import { Interrupted, type Io } from "../io.ts";
import type { TrainOptions } from "../runs/asked.ts";
import { readCheckpoint } from "../runs/checkpoints.ts";
import { configOf, type RunConfig } from "../runs/config.ts";
import { jsonText, readJson } from "../runs/files.ts";
import { checkPlace, removeDrafts, replaceWhole, writeFolder } from "../runs/folder.ts";
import { lock, lockName, lockText, unlock } from "../runs/lock.ts";
import { beginRun } from "../runs/recorder.ts";
import { isRun } from "../runs/run.ts";
import { type RunScores, readScores } from "../runs/scores.ts";
import { stateOf } from "../runs/state.ts";
import { tableName } from "../sources/file.ts";
import { dataFrom } from "../sources/paths.ts";
import { readPlan } from "../sources/plan.ts";
import { counted, duration, percent } from "../terminal/format.ts";
import { programName, resumption, sayFinished, sayNext, shortPath } from "../terminal/next.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { SearchBoard } from "../tune/board.ts";
import {
  checkpointOf,
  isDone,
  readTuneConfig,
  type TrialLine,
  type TuneConfig,
  tuneNames,
} from "../tune/files.ts";
import { mattersOf, sayMatters } from "../tune/matter.ts";
import { reportPage } from "../tune/report.ts";
import { Search } from "../tune/search.ts";
import { standings, trialLines, valueText } from "../tune/table.ts";
import { type ResumeOptions, readAgain, refuseOther, resume } from "./resume.ts";
import { checkTest } from "./train.ts";
import { sayPlan } from "./train-heading.ts";
import { trainRun } from "./training.ts";

/** The options of `chainrule tune`: those of train, which hold for all trials, and its own. */
export interface TuneOptions extends TrainOptions {
  readonly trials?: number;
  readonly minutes?: number;
  readonly workers: number;
  /** A file of ranges, or the ranges themselves. */
  readonly space?: string | object;
}

/** What is said of a search that goes on. */
export interface ResumeTuneOptions extends ResumeOptions {
  readonly workers: number;
}

/** Trials where neither their number nor the time is limited. */
const TRIALS = 30;
/** One in so many trials goes on from rung to rung. */
const ETA = 2;
/** So many rows of the table of trials are shown. */
const SHOWN = 10;

/** `chainrule tune DATA --target COLUMN`: searches settings by validation scores, trains the best to its end, and tests it once. */
export async function tune(paths: readonly string[], options: TuneOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const { trials, minutes, workers, space: asked, ...trainOptions } = options;
  const place =
    options.out === undefined
      ? { base: join("tunes", paths.length > 0 ? tableName(paths[0]) : "query") }
      : { folder: options.out };
  await checkPlace(place);
  const given = asked === undefined ? null : await readSpace(asked);
  const data = await dataFrom(paths, options, io);
  const plan = await readPlan(data, options, sayReading(output));
  const settings = chooseSettings(settingsIn(options), plan.split.training.length, plan.task);
  if (given !== null) checkSpace(given, "space", settings.optimizer);
  const model = makeModel(plan, settings);
  // What makes the test impossible is found now, and not after the search.
  checkTest(plan, model, options);
  const config: TuneConfig = {
    format: "chainrule tune",
    version: 1,
    run: await configOf(data, trainOptions, plan, settings, model.spec),
    space: given ?? defaultSpace(settings, options, plan.task),
    trials: trials ?? (minutes === undefined ? TRIALS : null),
    minutes: minutes ?? null,
    eta: ETA,
    rungs: rungsFor(settings.epochs, { eta: ETA }),
  };
  const folder = await writeFolder(place, {
    [tuneNames.config]: jsonText(config),
    [lockName]: lockText(),
  });
  await locked(folder, async () => {
    sayPlan(output, plan, settings, model);
    saySearch(output, config, workers);
    const paths = options.test === undefined ? data.files : [options.test];
    await searchAndFinish({ folder, config, plan, paths, workers, options }, output, io);
  });
}

/** `chainrule resume FOLDER` of a search: goes on where it was ended. */
export async function resumeTune(folder: string, options: ResumeTuneOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const config = await readTuneConfig(folder);
  if ((await stateOf(join(folder, tuneNames.best))) === "done" && (await isDone(folder))) {
    sayFinished(output, folder);
    if (options.json) output.result({ tune: folder, run: join(folder, tuneNames.best), state: "done" });
    return;
  }
  await lock(folder);
  await locked(folder, async () => {
    await removeDrafts(folder);
    const { plan, files } = await readAgain(config.run, options, output);
    refuseOther(makeModel(plan, config.run.settings).spec, config.run, tuneNames.config);
    const { workers } = options;
    output.say();
    output.fact("search", output.style.bold(folder));
    output.fact("data", `${config.run.data.file}: ${counted(plan.table.rows, "row")}`);
    saySearch(output, config, workers);
    await searchAndFinish({ folder, config, plan, paths: files, workers, options }, output, io);
  });
}

/** Runs a body, and lets go of the folder's lock. */
async function locked(folder: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    await unlock(folder);
  }
}

async function readSpace(asked: string | object): Promise<Space> {
  if (typeof asked !== "string") return checkSpace(asked, "space of the configuration");
  const remedy = 'Write ranges as {"lr": {"log": [0.001, 0.3]}, "hidden": [[64], [256, 256, 256]]}.';
  return checkSpace(await readJson(asked, { remedy }), asked);
}

function saySearch(
  output: Output,
  { space, trials, minutes, rungs, eta }: TuneConfig,
  workers: number,
): void {
  const limits = [
    ...(trials === null ? [] : [counted(trials, "trial")]),
    ...(minutes === null ? [] : [`${minutes} min`]),
  ];
  output.fact(
    "search",
    `${Object.keys(space).join(", ")}: at most ${limits.join(" or ")}, by ${counted(workers, "worker")}`,
  );
  output.fact("rungs", `after ${rungs.join(", ")} epochs; of each the best 1 in ${eta} goes on`);
  output.say();
}

/** A search in a folder that this process has locked. */
interface TuneJob {
  readonly folder: string;
  readonly config: TuneConfig;
  readonly plan: Plan;
  /** The files of the test rows. */
  readonly paths: readonly string[];
  readonly workers: number;
  readonly options: ResumeOptions;
}

async function searchAndFinish(job: TuneJob, output: Output, io: Io): Promise<void> {
  const { folder, config, plan, options } = job;
  const search = new Search(folder, config, plan);
  await search.open();
  try {
    await runWatched(search, job, output, io);
    await sayFound(search, output);
    const best = join(folder, tuneNames.best);
    try {
      await finish(search, best, job, output, io);
    } catch (error) {
      if (error instanceof Interrupted)
        output.say(`  The search goes on with that: ${resumption(folder, io)}`);
      throw error;
    }
    const scores = await readScores(best);
    await replaceWhole(join(folder, tuneNames.report), await reportPage(search, scores.test));
    // What other trials could go on from is of no use any more. Their folder is what tells that all is done.
    await rm(join(folder, tuneNames.checkpoints), { recursive: true, force: true });
    sayDone(job, output, io);
    if (options.json) output.result(resultOf(search, scores, best));
  } finally {
    await search.close();
  }
}

async function runWatched(search: Search, { workers }: TuneJob, output: Output, io: Io): Promise<void> {
  const { folder, config } = search;
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort());
  const board = new SearchBoard(output, search);
  let end: Awaited<ReturnType<Search["run"]>>;
  try {
    end = await search.run(workers, board, abort.signal);
  } finally {
    board.clear();
    release();
  }
  const trials = search.lines.filter(({ rung }) => rung === 0).length;
  output.say(
    `  ${counted(trials, "trial")} in ${duration(search.elapsed)}${end === "time" ? ", then the time was over" : ""}`,
  );
  if (end === "stopped") {
    output.say();
    output.say(`  Stopped by Ctrl-C; all trials are saved in ${output.style.bold(folder)}. To go on:`);
    output.say(`    ${output.style.cyan(resumption(folder, io))}`);
    throw new Interrupted();
  }
  if (search.asha.standings().length > 0) return;
  const failure = search.lines.find(({ error }) => error !== undefined)?.error;
  throw failure === undefined
    ? new ChainruleError(
        "argument",
        `No trial came to epoch ${config.rungs[0]} within ${config.minutes} minutes.`,
        "Give more minutes, or ask for fewer epochs.",
      )
    : new ChainruleError(
        "non-finite",
        `All trials failed. The first: ${failure}`,
        "Search lower rates: --space FILE.",
      );
}

async function sayFound(search: Search, output: Output): Promise<void> {
  const { config, plan, asha, lines } = search;
  const rows = standings(asha, lines);
  const epochs = config.rungs[config.rungs.length - 1];
  output.say();
  const table = trialLines(rows.slice(0, SHOWN), {
    space: config.space,
    task: plan.task,
    epochs,
    width: output.width,
  });
  output.say(output.style.dim(table[0]));
  for (const line of table.slice(1)) output.say(line);
  const rest = rows.length - SHOWN;
  if (rest > 0) output.say(output.style.dim(`  and ${counted(rest, "trial")} more`));
  const doubt = doubtOf(rows, plan);
  if (doubt !== null) output.warn(doubt);
  sayMatters(output, search);
  await replaceWhole(join(search.folder, tuneNames.report), await reportPage(search, null));
}

/**
 * How many trials can not be told from the best one by as many validation rows: their accuracy is within one standard error
 * √(p (1 − p) / n), with p = (right + 1) / (n + 2) so that it is not 0 for all right. Null for none, and for numbers.
 */
function doubtOf([best, ...others]: readonly TrialLine[], { task, split }: Plan): string | null {
  const n = split.validation.length;
  if (task !== "classification" || best?.metric == null) return null;
  const p = (best.metric * n + 1) / (n + 2);
  const error = Math.sqrt((p * (1 - p)) / n);
  const near = others.filter(({ metric }) => metric !== null && metric >= (best.metric as number) - error);
  if (near.length === 0) return null;
  const isDefault = near.some(({ trial }) => trial === 0) ? ", the default among them" : "";
  return `${counted(near.length, "other trial")} came within one standard error (${percent(error)} with ${counted(n, "validation row")}) of the best${isDefault}: on other rows the order may be another.`;
}

/** Makes the best trial a run: goes on with its training to the end, and tests it. A run that was begun before goes on. */
async function finish(search: Search, best: string, job: TuneJob, output: Output, io: Io): Promise<void> {
  const { plan, config, folder } = search;
  const { options, paths } = job;
  if (await isRun(best)) {
    await resume(best, { ...options, json: false }, io);
    return;
  }
  const [{ trial }] = standings(search.asha, search.lines);
  const settings = search.settingsOf(trial);
  const model = makeModel(plan, settings);
  const run: RunConfig = {
    ...config.run,
    created: new Date().toISOString(),
    asked: { ...config.run.asked, ...withPoint({}, search.pointOf(trial), config.run.settings) },
    settings,
    model: model.spec,
  };
  const from = await readCheckpoint(checkpointOf(folder, trial));
  await beginRun({ folder: best }, run);
  const sayHeading = (): void => {
    const values = Object.entries(search.pointOf(trial)).map(
      ([name, value]) => `${name} ${valueText(value)}`,
    );
    output.say();
    output.fact("best", `${trial === 0 ? "the default" : `trial ${trial}`}: ${values.join(", ")}`);
    output.fact("epochs", `${from?.epoch ?? 0} of ${settings.epochs} done in the search`);
    output.say();
  };
  const begun = performance.now();
  await trainRun(
    { folder: best, config: run, plan, settings, model, from, paths, begun, sayHeading },
    output,
    io,
    false,
  );
}

function sayDone({ folder }: TuneJob, output: Output, io: Io): void {
  output.say();
  output.say(
    `  ${output.style.green("✓")} ${output.style.bold(folder)}  ${output.style.dim("all trials, their report, and the best run")}`,
  );
  sayNext(output, [
    [[...programName(io).split(" "), "runs", shortPath(folder)], "the best run beside others"],
  ]);
}

/** The result for programs. */
function resultOf(search: Search, scores: RunScores, best: string): object {
  const { lines, plan, asha, folder, config } = search;
  const rows = standings(asha, lines);
  const metric = followed(plan.task);
  return {
    task: plan.task,
    target: plan.target.name,
    tune: folder,
    run: best,
    trials: lines.filter(({ rung }) => rung === 0).length,
    seconds: Math.round(search.elapsed * 1000) / 1000,
    best: {
      trial: rows[0].trial,
      values: rows[0].values,
      validation: { [metric]: rows[0].metric, loss: rows[0].loss },
    },
    default: lines.findLast(({ trial }) => trial === 0) ?? null,
    importance: Object.fromEntries(mattersOf(search).map(({ name, importance }) => [name, importance])),
    rungs: config.rungs,
    test: headline(scores.test),
  };
}
