/** Losses for targets that are yes or no. */
import { recording, type Tensor, where } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { OptionNames } from "../../util/options.ts";
import {
  checkLoss,
  fitting,
  marginNames,
  type ReductionOption,
  reduced,
  reductionNames,
  requireSameShape,
  weighted,
} from "./reduction.ts";

/** Options of the binary cross-entropies. */
export interface BinaryOptions extends ReductionOption {
  /** A factor for each element's loss; broadcasts to the input's shape. Without it 1. */
  weight?: Tensor | null;
}

/** The names of {@link BinaryOptions}. */
export const binaryNames: OptionNames<BinaryOptions> = { ...reductionNames, weight: 0 };

/** What {@link binaryCrossEntropyWithLogits} can be told. */
export const logitsNames = { ...binaryNames, posWeight: 0 };

const sizes = "Give one target for each output: squeeze() or unsqueeze() one of them.";

/**
 * Binary cross-entropy of probabilities: ℓ = −(t log x + (1 − t) log(1 − x)), logarithms not below −100. Prefer
 * {@link binaryCrossEntropyWithLogits}, which loses no accuracy near 0 and 1. As `torch.nn.functional.binary_cross_entropy`.
 *
 * @param input probabilities x from 0 to 1, any shape, float
 * @param target t from 0 to 1, in the shape of the input
 * @param options weight none, reduction "mean" when left out
 * @throws ChainruleError `argument` when an input is below 0 or above 1, as logits are; a compiled function does not look.
 *   `shape` when the shapes differ, or the weight would enlarge them
 *
 * @example
 * const t = tensor([1, 1]);
 * const losses = nn.functional.binaryCrossEntropy(tensor([0.5, 0]), t, { reduction: "none" });
 * losses; // → tensor([0.6931, 100.0000])
 * nn.functional.binaryCrossEntropy(tensor([3, -2]), t); // throws argument: …takes probabilities
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryOptions = {}): Tensor {
  checkLoss("binaryCrossEntropy", { input, target }, options, binaryNames);
  const { weight, reduction } = options;
  requireSameShape("binaryCrossEntropy", input, target, sizes);
  if (!recording) checkProbabilities(input);
  return reduced(weighted(input.binaryCrossEntropy(target), "weight", weight), reduction);
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
 * Binary cross-entropy of sigmoid(x), on logits: ℓ = (1 − t) x + (1 + (q − 1) t) log(1 + e⁻ˣ), where q is `posWeight`. As
 * `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 * @param input logits x, any shape, float
 * @param target t from 0 to 1, in the shape of the input
 * @param options weight none, reduction "mean" when left out
 * @param options.posWeight how much a positive counts; broadcasts to the input's shape. Without it 1
 * @throws ChainruleError `shape` when the shapes differ, or a weight would enlarge them
 *
 * @example
 * const x = tensor([0, -100]);
 * const t = tensor([1, 1]);
 * const losses = nn.functional.binaryCrossEntropyWithLogits(x, t, { reduction: "none" });
 * losses; // → tensor([0.6931, 100.0000])
 * nn.functional.binaryCrossEntropyWithLogits(x.unsqueeze(1), t); // throws shape: …[2, 1]
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryOptions & { posWeight?: Tensor | null } = {},
): Tensor {
  checkLoss("binaryCrossEntropyWithLogits", { input, target }, options, logitsNames);
  const { weight, posWeight, reduction } = options;
  requireSameShape("binaryCrossEntropyWithLogits", input, target, sizes);
  const negative = target.neg().add(1).mul(input);
  const log = input.logSigmoid().neg(); // log(1 + e⁻ˣ)
  const factor = posWeight && fitting(input, "posWeight", posWeight).sub(1).mul(target).add(1);
  return reduced(weighted(negative.add(factor ? log.mul(factor) : log), "weight", weight), reduction);
}

/**
 * Logistic loss for targets −1 and 1: ℓ = log(1 + e^(−t x)). As `torch.nn.functional.soft_margin_loss`.
 *
 * @param input scores x, any shape, float
 * @param target t, −1 or 1, in the shape of the input
 * @param options reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes differ
 *
 * @example
 * const x = tensor([0, 2, -2]);
 * const losses = nn.functional.softMarginLoss(x, tensor([1, 1, 1]), { reduction: "none" });
 * losses; // → tensor([0.6931, 0.1269, 2.1269])
 */
export function softMarginLoss(input: Tensor, target: Tensor, options: ReductionOption = {}): Tensor {
  checkLoss("softMarginLoss", { input, target }, options);
  const { reduction } = options;
  requireSameShape("softMarginLoss", input, target, sizes);
  return reduced(input.mul(target).logSigmoid().neg(), reduction);
}

/**
 * For distances x with targets 1 (alike) and −1 (not): ℓ = x, or max(0, margin − x). As `torch.nn.functional.hinge_embedding_loss`.
 *
 * @param input distances, any shape, float
 * @param target 1 or −1, in the shape of the input
 * @param options margin 1, reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes differ
 *
 * @example
 * const x = tensor([0.25, 0.25, 3]);
 * const losses = nn.functional.hingeEmbeddingLoss(x, tensor([1, -1, -1]), { reduction: "none" });
 * losses; // → tensor([0.2500, 0.7500, 0.0000])
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options: ReductionOption & { margin?: number } = {},
): Tensor {
  checkLoss("hingeEmbeddingLoss", { input, target }, options, marginNames);
  const { margin = 1, reduction } = options;
  requireSameShape("hingeEmbeddingLoss", input, target, sizes);
  const apart = where(target.ne(1), input.neg().add(margin).clampMin(0), 0);
  const alike = where(target.ne(-1), input, 0);
  return reduced(apart.add(alike), reduction);
}
