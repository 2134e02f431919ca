/** Losses for targets that are yes or no. */
import { recording, type Tensor, where } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type ReductionOption, reduced, requireSameShape } from "./reduction.ts";

export interface BinaryOptions extends ReductionOption {
  /** A factor for each element's loss; broadcasts. */
  weight?: Tensor | null;
}

const sizes = "Give one target for each output: squeeze() or unsqueeze() one of them.";

/**
 * Binary cross-entropy of probabilities: ℓ = −(t log x + (1 − t) log(1 − x)), logarithms not below −100. Prefer
 * {@link binaryCrossEntropyWithLogits}, which loses no accuracy near 0 and 1.
 *
 * @throws ChainruleError `argument` when an input is below 0 or above 1, as logits are; a compiled function does not look
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight, reduction }: BinaryOptions = {},
): Tensor {
  requireSameShape("binaryCrossEntropy", input, target, sizes);
  if (!recording) checkProbabilities(input);
  const losses = input.binaryCrossEntropy(target);
  return reduced(weight ? losses.mul(weight) : losses, reduction);
}

/** NaN passes: whoever looks for the first value that is not finite has more to say about it. */
function checkProbabilities(input: Tensor): void {
  const outside = input.data.find((x) => x < 0 || x > 1);
  if (outside === undefined) return;
  throw new ChainruleError(
    "argument",
    `binaryCrossEntropy takes probabilities, and an input is ${outside}.`,
    "Give logits to BCEWithLogitsLoss, or put a sigmoid() before.",
  );
}

/**
 * Binary cross-entropy of sigmoid(x), on logits: ℓ = (1 − t) x + (1 + (q − 1) t) log(1 + e⁻ˣ), where q is `posWeight`.
 *
 * @param options.posWeight how much a positive counts; broadcasts along the last dimension
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction }: BinaryOptions & { posWeight?: Tensor | null } = {},
): Tensor {
  requireSameShape("binaryCrossEntropyWithLogits", input, target, sizes);
  const negative = target.neg().add(1).mul(input);
  const log = input.logSigmoid().neg(); // log(1 + e⁻ˣ)
  const losses = negative.add(posWeight ? log.mul(posWeight.sub(1).mul(target).add(1)) : log);
  return reduced(weight ? losses.mul(weight) : losses, reduction);
}

/** Logistic loss for targets −1 and 1: ℓ = log(1 + e^(−t x)). */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction }: ReductionOption = {}): Tensor {
  requireSameShape("softMarginLoss", input, target, sizes);
  return reduced(input.mul(target).logSigmoid().neg(), reduction);
}

/** For distances x with targets 1 (alike) and −1 (not): ℓ = x, or max(0, margin − x). */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  { margin = 1, reduction }: ReductionOption & { margin?: number } = {},
): Tensor {
  requireSameShape("hingeEmbeddingLoss", input, target, sizes);
  const apart = where(target.ne(1), input.neg().add(margin).clampMin(0), 0);
  const alike = where(target.ne(-1), input, 0);
  return reduced(apart.add(alike), reduction);
}
