import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { modelBytes, type TableModel } from "chainrule/tables";
import type { Callback, Checkpoint, CheckpointOptions, EpochReport, FitResult } from "chainrule/train";
import { fileError } from "../sources/file.ts";
import { keepCheckpoint } from "./checkpoints.ts";
import type { RunConfig } from "./config.ts";
import { jsonText } from "./files.ts";
import { type Place, replaceWhole, writeFolder } from "./folder.ts";
import { historyText } from "./history.ts";
import { lockName, lockText } from "./lock.ts";
import { names } from "./names.ts";
import type { RunScores } from "./scores.ts";
import { stateText, writeState } from "./state.ts";
import { TensorBoard } from "./tensorboard.ts";

/** Makes a run's folder, locked for this process, with its configuration in it: from then on `resume` knows what to do. */
export const beginRun = (place: Place, config: RunConfig): Promise<string> =>
  writeFolder(place, {
    [names.config]: jsonText(config),
    [names.state]: stateText("running"),
    [lockName]: lockText(),
  });

/** Writes down in a run's folder what training comes to: a line for each epoch, checkpoints, and the end. */
export class Recorder {
  private readonly folder: string;
  private readonly board: TensorBoard | null;
  private history: FileHandle | null = null;
  /** So much of training, at most, has to be done again when the process is killed. */
  readonly checkpoint: CheckpointOptions;

  constructor(folder: string, { tensorboard, checkpointEvery }: RunConfig["asked"]) {
    this.folder = folder;
    this.board = tensorboard ? new TensorBoard(folder) : null;
    this.checkpoint = {
      every: { seconds: checkpointEvery },
      save: (checkpoint) => keepCheckpoint(folder, checkpoint),
    };
  }

  /** Begins, or goes on after a checkpoint. What a killed process wrote after that is written again. */
  async begin(from: Checkpoint | null): Promise<void> {
    await writeState(this.folder, "running");
    const path = join(this.folder, names.history);
    await replaceWhole(path, historyText(from?.history ?? []));
    try {
      this.history = await open(path, "a");
    } catch (error) {
      throw fileError(error, path);
    }
  }

  get callbacks(): Callback[] {
    return [{ onEpochEnd: (report) => this.addEpoch(report) }, ...(this.board ? [this.board] : [])];
  }

  private async addEpoch(report: EpochReport): Promise<void> {
    try {
      await this.history?.appendFile(historyText([report]));
    } catch (error) {
      throw fileError(error, join(this.folder, names.history));
    }
  }

  /** Stopped within training, by the user: the best weights so far are there to use. */
  async stop(model: TableModel, { best }: FitResult): Promise<void> {
    if (best !== null) await this.writeModel(model);
    await writeState(this.folder, "stopped");
  }

  /** The model of a run whose training is over, before the rest is known. */
  keepModel(model: TableModel): Promise<void> {
    return this.writeModel(model);
  }

  /** Stopped after training, before its end was written down. */
  leave(): Promise<void> {
    return writeState(this.folder, "stopped");
  }

  /** All files of a run that came to its end. The model's are the same bytes whenever data, settings and seed are. */
  async finish(
    config: RunConfig,
    model: TableModel,
    scores: RunScores,
    history: readonly EpochReport[],
    report: string,
  ): Promise<void> {
    await this.writeModel(model);
    await replaceWhole(join(this.folder, names.config), jsonText({ ...config, model: model.spec }));
    await replaceWhole(join(this.folder, names.history), historyText(history));
    await replaceWhole(join(this.folder, names.report), report);
    await replaceWhole(join(this.folder, names.scores), jsonText(scores));
    await writeState(this.folder, "done");
    await rm(join(this.folder, names.earlier), { force: true });
  }

  /** Something went wrong, after which the model's weights are good still, or not. It says so if it can. */
  async fail(error: unknown, model: TableModel | null): Promise<void> {
    if (model !== null) await this.writeModel(model);
    await writeState(this.folder, "failed", error instanceof Error ? error.message : String(error)).catch(
      () => {},
    );
  }

  async close(): Promise<void> {
    await this.history?.close();
    this.history = null;
    await this.board?.close();
  }

  private writeModel(model: TableModel): Promise<void> {
    return replaceWhole(join(this.folder, names.model), modelBytes(model));
  }
}
