import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ChainruleError, engineReport } from "chainrule";
import { checkSpec, chooseSettings, makeModel, type Plan, type TableModelSpec } from "chainrule/tables";
import type { Io } from "../io.ts";
import { lastCheckpoint } from "../runs/checkpoints.ts";
import { checkContent, checkFiles, dataOf, type RunConfig } from "../runs/config.ts";
import { removeDrafts } from "../runs/folder.ts";
import { lock, unlock } from "../runs/lock.ts";
import { names, readConfig } from "../runs/run.ts";
import { stateOf } from "../runs/state.ts";
import { readPlan } from "../sources/plan.ts";
import { counted } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { version } from "../version.ts";
import { prepareTest, sayReading } from "./train.ts";
import { type Job, trainRun } from "./training.ts";

export interface ResumeOptions {
  /** Where the files of the table are now, and that of the test. */
  readonly data?: readonly string[];
  readonly test?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `chainrule resume RUN`: goes on with training that was stopped or killed, to the bits that it would have come to. */
export async function resume(folder: string, options: ResumeOptions, io: Io): Promise<void> {
  const begun = performance.now();
  const output = new Output(io, options);
  const config = await readConfig(folder);
  if ((await stateOf(folder)) === "done") {
    await tidy(folder);
    sayFinished(folder, output, options.json);
    return;
  }
  await lock(folder);
  let job: Job;
  try {
    await removeDrafts(folder);
    job = await prepare(folder, config, options, output, begun);
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

function sayFinished(folder: string, output: Output, json: boolean): void {
  output.say(`${folder} is finished: there is nothing to go on with.`);
  if (json) output.result({ run: folder, state: "done" });
}

async function prepare(
  folder: string,
  config: RunConfig,
  options: ResumeOptions,
  output: Output,
  begun: number,
): Promise<Job> {
  const { checkpoint: from, damaged } = await lastCheckpoint(folder);
  const { plan, files } = await readAgain(config, options, output);
  const settings = chooseSettings(config.settings, plan.split.training.length, plan.task);
  const model = makeModel(plan, settings);
  refuseOther(model.spec, config);
  const testInputs = prepareTest(plan, model);
  const sayHeading = (): void => {
    sayResumption(folder, config, from?.epoch ?? 0, output);
    if (damaged !== null) output.warn(`${damaged} Training goes on from the checkpoint before it.`);
    output.say();
  };
  return {
    folder,
    config,
    plan,
    settings,
    model,
    testInputs,
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

/** Another version of chainrule may prepare the same table in another way: then weights mean something else. */
export function refuseOther(spec: TableModelSpec, config: RunConfig): void {
  const { features, target, network } = checkSpec(JSON.parse(JSON.stringify(spec)));
  const { model } = config;
  const wanted = { features: model.features, target: model.target, network: model.network };
  if (isDeepStrictEqual({ features, target, network }, wanted)) return;
  throw new ChainruleError(
    "data",
    `This chainrule (${version}) prepares the data in another way than the one that began the run (${config.versions.chainrule}).`,
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
