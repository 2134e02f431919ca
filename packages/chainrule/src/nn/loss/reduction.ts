import { sameShape, showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

/**
 * What becomes of the losses of the elements: their mean (the empirical risk of the batch), their sum, or nothing: then the result
 * has a loss for each.
 */
export type Reduction = "mean" | "sum" | "none";

/** The option that all losses have. */
export interface ReductionOption {
  /** What becomes of the losses of the elements. Default "mean". */
  reduction?: Reduction;
}

/** Mean, sum, or all of the losses. */
export function reduced(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return losses.mean();
    case "sum":
      return losses.sum();
    case "none":
      return losses;
    default:
      throw new ChainruleError(
        "argument",
        `"${String(reduction)}" is no reduction.`,
        'Use "mean", "sum" or "none".',
      );
  }
}

/** Refuses inputs and targets of different shapes, where broadcasting would silently compare everything with everything. */
export function requireSameShape(
  what: string,
  input: Tensor,
  target: Tensor,
  hint = "Reshape one of them.",
): void {
  if (sameShape(input.shape, target.shape)) return;
  throw new ChainruleError(
    "shape",
    `${what} compares an input of shape ${showShape(input.shape)} with a target of shape ${showShape(target.shape)}.`,
    hint,
  );
}
