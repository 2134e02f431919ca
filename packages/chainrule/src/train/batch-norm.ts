import { BatchNorm1d, type Module } from "../nn/index.ts";
import { noGrad } from "../tensor/index.ts";
import {
  type Batch,
  type Batches,
  type BatchOptions,
  checkBatches,
  forEachBatch,
  noBatches,
  partsOf,
  run,
} from "./batches.ts";
import { pause } from "./pause.ts";

/**
 * Computes the running moments of all layers of batch normalization anew, as the mean over the batches of one pass in training mode,
 * without gradients: after weights were averaged, the moments of training do not fit them. As `torch.optim.swa_utils.update_bn`. The
 * mode of each layer is put back; dropout draws as in training.
 *
 * @param options - `data`: batches `[input, target]` or `[input, …]` as in {@link fit}, usually the training data in large batches;
 * `inputs`: how many tensors of a batch are the model's inputs, by default all but the last one
 * @throws ChainruleError `data` when there are no batches, or they are no `[input, target]`; the moments are then what they were
 *
 * @example
 * const model = new nn.Sequential(new nn.BatchNorm1d(1), new nn.Linear(1, 1));
 * await updateBatchNorm(model, { data: [[tensor([[1], [3]]), tensor([[0], [0]])]] });
 * model.stateDict()["0.running_mean"]; // → tensor([2.])
 * model.stateDict()["0.running_var"]; // → tensor([2.])
 */
export async function updateBatchNorm<B extends Batch>(
  model: Module,
  options: Pick<BatchOptions, "inputs"> & { data: Batches<B> },
): Promise<void> {
  checkBatches(options.data, "data");
  const layers = model.modules().filter((module): module is BatchNorm1d => module instanceof BatchNorm1d);
  if (layers.length === 0) return;
  const modes = model.modules().map((module) => [module, module.training] as const);
  const momenta = layers.map(({ momentum }) => momentum);
  let batches = 0;
  try {
    model.train();
    await forEachBatch(options.data, (batch) => {
      const { inputs } = partsOf(batch, options);
      if (batches++ === 0) for (const layer of layers) startAnew(layer);
      noGrad(() => run(model, inputs));
      return pause();
    });
    if (batches === 0) throw noBatches("data", false);
  } finally {
    layers.forEach((layer, i) => {
      (layer as Momentum).momentum = momenta[i];
    });
    for (const [module, training] of modes) module.training = training;
  }
}

/** Momentum, which is fixed for everybody else. */
type Momentum = { momentum: number | null };

function startAnew(layer: BatchNorm1d): void {
  layer.resetRunningStats();
  (layer as Momentum).momentum = null; // the mean over all batches
}
