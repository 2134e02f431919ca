import type { Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import type { Batch } from "./batches.ts";

/** A loss of batches whose last tensor holds a weight for each row. */
export interface WeightedLoss<O> {
  (output: O, target: Tensor, batch: Batch): Tensor;
  /** The sum of the weights of a batch: how much its loss counts in a risk. */
  weightOf(batch: Batch): number;
}

/** Batches whose weights are all zero have the loss 0, and none of NaN. */
const LEAST = 1e-30;

/**
 * A loss with a weight wᵢ ≥ 0 for each row: Σ wᵢℓᵢ / Σ wᵢ. Batches are `[…inputs, target, weights]`, with weights of shape [n]; so
 * say `inputs` to `fit` and `evaluate`, whose risks count each row by its weight too.
 *
 * @param loss gives a number for each row, [n] or [n, …] (whose mean over the row is taken): a loss with `reduction: "none"`
 *
 * @throws ChainruleError when it is used: `data` for batches without weights or with negative ones, `shape` for losses and weights that are
 * not one for each row
 *
 * @example
 * const x = tensor([[1], [2], [3]]);
 * const y = tensor([[1], [2], [5]]);
 * const data = new DataLoader(new TensorDataset(x, y, tensor([1, 1, 0.5])), { batchSize: 3 });
 * const loss = weighted(new nn.MSELoss({ reduction: "none" }));
 * const { loss: risk } = await evaluate(new nn.Identity(), { data, inputs: 1, loss });
 * risk; // → 0.8
 * const bare = { data: [[x, y]], inputs: 1, loss };
 * await evaluate(new nn.Identity(), bare); // throws data: A batch of 2 tensors has no weights
 */
export function weighted<O>(loss: (output: O, target: Tensor) => Tensor): WeightedLoss<O> {
  const mean = (output: O, target: Tensor, batch: Batch): Tensor => {
    const losses = loss(output, target);
    const weights = weightsIn(batch);
    if (losses.ndim === 0 || losses.shape[0] !== weights.shape[0] || weights.ndim !== 1) {
      throw new ChainruleError(
        "shape",
        `Losses of shape [${losses.shape.join(", ")}] and weights of shape [${weights.shape.join(", ")}] are not one for each row.`,
        'Use a loss with reduction: "none", and weights of shape [n].',
      );
    }
    const rows = losses.ndim === 1 ? losses : losses.flatten(1).mean(1);
    return rows.mul(weights).sum().div(weights.sum().clampMin(LEAST));
  };
  return Object.assign(mean, { weightOf });
}

function weightsIn(batch: Batch): Tensor {
  if (batch.length >= 3) return batch[batch.length - 1];
  throw new ChainruleError(
    "data",
    `A batch of ${counted(batch.length, "tensor")} has no weights after its target.`,
    "Give batches [input, target, weights], and say inputs: 1.",
  );
}

function weightOf(batch: Batch): number {
  let sum = 0;
  for (const weight of weightsIn(batch).data) {
    if (!(weight >= 0)) {
      throw new ChainruleError("data", `The weight of a row is ${weight}.`, "Give weights of 0 or more.");
    }
    sum += weight;
  }
  return sum;
}
