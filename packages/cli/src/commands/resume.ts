import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ChainruleError, engineReport } from "chainrule";
import { checkSpec, chooseSettings, makeModel, type Plan, type TableModelSpec } from "chainrule/tables";
import type { Io } from "../io.ts";
import { lastCheckpoint } from "../runs/checkpoints.ts";
import { checkContent, checkFiles, dataOf, type RunConfig } from "../runs/config.ts";
import { damagesOf } from "../runs/damages.ts";
import { removeDrafts } from "../runs/folder.ts";
import { lock, unlock } from "../runs/lock.ts";
import { names } from "../runs/names.ts";
import { readConfig } from "../runs/run.ts";
import { stateOf } from "../runs/state.ts";
import { readPlan } from "../sources/plan.ts";
import { counted } from "../terminal/format.ts";
import { sayFinished } from "../terminal/next.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { version } from "../version.ts";
import { checkTest } from "./train.ts";
import { type Job, trainRun } from "./training.ts";

export interface ResumeOptions {
  /** Where the files of the table are now, and that of the test. */
  readonly data?: readonly string[];
  readonly test?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * `chainrule resume RUN`: goes on with training that was stopped or killed, to the bits that it would have come to. What a run that
 * came to its end lost since is made again.
 */
export async function resume(folder: string, options: ResumeOptions, io: Io): Promise<void> {
  const begun = performance.now();
  const output = new Output(io, options);
  const config = await readConfig(folder);
  const isDone = (await stateOf(folder)) === "done";
  const damages = isDone ? await damagesOf(folder) : [];
  if (isDone && damages.length === 0) {
    await tidy(folder);
    sayFinished(output, folder);
    if (options.json) output.result({ run: folder, state: "done" });
    return;
  }
  await lock(folder);
  let job: Job;
  try {
    await removeDrafts(folder);
    job = await prepare(folder, config, damages, options, output, begun);
  } catch (error) {
    await unlock(folder);
    throw error;
  }
  await trainRun(job, output, io, options.json);
}

/** A process that was killed in its last moment leaves something behind; where nothing can be written, that stays. */
async function tidy(folder: string): Promise<void> {
  try {
    await lock(folder);
  } catch {
    return;
  }
  await removeDrafts(folder);
  await rm(join(folder, names.earlier), { force: true });
  await unlock(folder);
}

async function prepare(
  folder: string,
  config: RunConfig,
  damages: readonly string[],
  options: ResumeOptions,
  output: Output,
  begun: number,
): Promise<Job> {
  const { checkpoint: from, damaged } = await lastCheckpoint(folder);
  const { plan, files } = await readAgain(config, options, output);
  const settings = chooseSettings(config.settings, plan.split.training.length, plan.task);
  const model = makeModel(plan, settings);
  refuseOther(model.spec, config);
  checkTest(plan, model, config.asked);
  const sayHeading = (): void => {
    sayResumption(folder, config, from?.epoch ?? 0, output);
    for (const damage of damages) output.warn(`${damage} It is made again.`);
    if (damaged !== null) output.warn(`${damaged} Training goes on from the checkpoint before it.`);
    output.say();
  };
  return {
    folder,
    config,
    plan,
    settings,
    model,
    from,
    paths: files,
    begun,
    sayHeading,
  };
}

/**
 * The plan of a run, of its data where they were or where they are now, and the files of the test rows.
 *
 * @throws ChainruleError `file` or `data` where they are not what the run was begun with
 */
export async function readAgain(
  { data, asked }: RunConfig,
  options: ResumeOptions,
  output: Output,
): Promise<{ plan: Plan; files: readonly string[] }> {
  if (options.test !== undefined && data.test === null) {
    throw new ChainruleError(
      "argument",
      "The run was begun without a test table of its own.",
      "Leave --test out.",
    );
  }
  const table = dataOf(data, options.data);
  const test = data.test && dataOf(data.test, options.test === undefined ? undefined : [options.test]);
  await checkFiles(table, data, "--data FILE");
  if (test && data.test) await checkFiles(test, data.test, "--test FILE");
  const plan = await readPlan(table, { ...asked, test: test?.files[0] }, sayReading(output));
  checkContent(plan.table, data);
  return { plan, files: (test ?? table).files };
}

/**
 * Another version of chainrule may prepare the same table in another way, and so does a configuration that was changed: then weights
 * mean something else.
 *
 * @param file that holds the configuration
 */
export function refuseOther(spec: TableModelSpec, config: RunConfig, file: string = names.config): void {
  const { features, target, network } = checkSpec(JSON.parse(JSON.stringify(spec)));
  const { model, versions } = config;
  const wanted = { features: model.features, target: model.target, network: model.network };
  if (isDeepStrictEqual({ features, target, network }, wanted)) return;
  if (versions.chainrule === version) {
    throw new ChainruleError(
      "data",
      `${file} was changed since the run began: its settings and its data give another model than the one that it describes.`,
      "Restore it, or train a new run with other options.",
    );
  }
  throw new ChainruleError(
    "data",
    `This chainrule (${version}) prepares the data in another way than the one that began the run (${versions.chainrule}).`,
    "Resume it with that version, or train a new run.",
  );
}

function sayResumption(
  folder: string,
  { data, settings, versions, engine }: RunConfig,
  epoch: number,
  output: Output,
): void {
  const { epochs } = settings;
  output.say();
  output.fact("run", output.style.bold(folder));
  output.fact("data", `${data.file}: ${counted(data.rows, "row")}, ${counted(data.columns, "column")}`);
  output.fact(
    "epochs",
    epoch === 0 ? `none of ${epochs} done: from the beginning` : `${epoch} of ${epochs} done`,
  );
  const { tier } = engineReport();
  if (tier !== engine.tier) {
    output.warn(
      `The run was begun on the engine's tier "${engine.tier}", and here it is "${tier}": its numbers may differ in their last bits from those of an uninterrupted run.`,
    );
  }
  if (versions.chainrule !== version)
    output.warn(`The run was begun with chainrule ${versions.chainrule}, and this is ${version}.`);
}
