import { type FileHandle, open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { noGrad, type Tensor } from "chainrule";
import { eventFileName, eventFileStart, histogramsEvent, restartEvent, scalarsEvent } from "chainrule/io";
import type { Callback, EpochReport, Training } from "chainrule/train";
import { fileError } from "../sources/file.ts";

/**
 * An event file of TensorBoard in a run's folder. Each epoch adds the figures of its report, the distribution of every
 * weight, its norm, and how far it moved in relation to that.
 */
export class TensorBoard implements Callback {
  private readonly path: string;
  private handle: FileHandle | null = null;
  private before: Record<string, Tensor> = {};

  constructor(folder: string) {
    this.path = join(folder, eventFileName(Date.now(), `${hostname()}.${process.pid}`));
  }

  async onTrainBegin({ model, history }: Training): Promise<void> {
    try {
      this.handle = await open(this.path, "a");
    } catch (error) {
      throw fileError(error, this.path);
    }
    await this.append(eventFileStart());
    // What a killed process wrote after its last checkpoint is forgotten: those epochs come again.
    if (history.length > 0) await this.append(restartEvent(history.length + 1));
    this.before = weightsOf(model);
  }

  async onEpochEnd(report: EpochReport, { model }: Training): Promise<void> {
    const weights = weightsOf(model);
    const scalars = figuresOf(report);
    for (const [name, weight] of Object.entries(weights)) {
      const norm = normOf(weight);
      scalars[`norm/${name}`] = norm;
      const moved = normOf(noGrad(() => weight.sub(this.before[name])));
      scalars[`moved/${name}`] = norm > 0 ? moved / norm : 0;
    }
    this.before = weights;
    const arrays = Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [`weights/${name}`, weight.data]),
    );
    await this.append(scalarsEvent(report.epoch, scalars));
    await this.append(histogramsEvent(report.epoch, arrays));
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
  }

  private async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.handle?.appendFile(bytes);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}

function figuresOf({ loss, validationLoss, gap, metrics, lr }: EpochReport): Record<string, number> {
  const figures: Record<string, number> = { "loss/training": loss, lr };
  if (validationLoss !== undefined) figures["loss/validation"] = validationLoss;
  if (gap !== undefined) figures["loss/gap"] = gap;
  for (const [name, value] of Object.entries(metrics)) figures[`validation/${name}`] = value;
  return figures;
}

/** Copies of a model's parameters, by name. */
const weightsOf = (model: Training["model"]): Record<string, Tensor> =>
  Object.fromEntries(model.namedParameters().map(([name, p]) => [name, p.detach().clone()]));

/** ‖w‖₂ */
const normOf = (weight: Tensor): number => Math.sqrt(weight.square().sum().item());
