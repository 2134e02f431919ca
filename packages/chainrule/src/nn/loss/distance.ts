/**
 * Losses that compare items with each other: by angle, by rank, by distance. Margins are cut off by clampMin(0), whose slope at
 * the bound itself is 1, as in PyTorch; relu's would be 0.
 */
import { sameShape, showShape, type Tensor, where } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { OptionNames } from "../../util/options.ts";
import { checkLoss, marginNames, type ReductionOption, reduced, requireSameShape } from "./reduction.ts";

const tiny = 1e-12;

/** Refuses items of different shapes: they are compared one by one. */
function requireSameInputs(what: string, one: Tensor, other: Tensor): void {
  if (sameShape(one.shape, other.shape)) return;
  throw new ChainruleError(
    "shape",
    `${what} compares inputs of shapes ${showShape(one.shape)} and ${showShape(other.shape)}.`,
    "Reshape one of them.",
  );
}

/**
 * For pairs with targets 1 (alike) and −1 (not): ℓ = 1 − cos, or max(0, cos − margin). As
 * `torch.nn.functional.cosine_embedding_loss`.
 *
 * @param input1 [n, size] or [size], float
 * @param input2 in the shape of the first
 * @param target 1 or −1, shape [n] or []
 * @param options margin 0, reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes of the inputs differ, or there is not one target for each pair
 *
 * @example
 * const x = tensor([[1, 0], [1, 0], [1, 0]]);
 * const y = tensor([[0, 1], [2, 0], [0, 1]]);
 * const losses = nn.functional.cosineEmbeddingLoss(x, y, tensor([1, -1, -1]), { reduction: "none" });
 * losses; // → tensor([1., 1., 0.])
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: ReductionOption & { margin?: number } = {},
): Tensor {
  checkLoss("cosineEmbeddingLoss", { input1, input2, target }, options, marginNames);
  const { margin = 0, reduction } = options;
  requireSameInputs("cosineEmbeddingLoss", input1, input2);
  const pairs = input1.shape.slice(0, -1);
  if (input1.ndim < 1 || input1.ndim > 2 || !sameShape(target.shape, pairs)) {
    throw new ChainruleError(
      "shape",
      `cosineEmbeddingLoss was given inputs of shape ${showShape(input1.shape)} and a target of shape ${showShape(target.shape)}.`,
      "Give inputs [n, size] and targets [n], or inputs [size] and one target [].",
    );
  }
  const dot = input1.mul(input2).sum(-1);
  const squares = input1.square().sum(-1).add(tiny).mul(input2.square().sum(-1).add(tiny));
  const cos = dot.div(squares.sqrt());
  const alike = where(target.eq(1), cos.neg().add(1), 0);
  const apart = where(target.eq(-1), cos.sub(margin).clampMin(0), 0);
  return reduced(alike.add(apart), reduction);
}

/**
 * For pairs of which the first should rank higher (1) or lower (−1): ℓ = max(0, −t (x₁ − x₂) + margin). As
 * `torch.nn.functional.margin_ranking_loss`.
 *
 * @param input1 scores x₁, any shape, float
 * @param input2 scores x₂, in the shape of the first
 * @param target t, 1 or −1, in the shape of the inputs
 * @param options margin 0, reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes of the inputs differ, or the target has another
 *
 * @example
 * const [a, b, t] = [tensor([3, 3, 3]), tensor([1, 2.5, 5]), tensor([1, 1, 1])];
 * const losses = nn.functional.marginRankingLoss(a, b, t, { margin: 1, reduction: "none" });
 * losses; // → tensor([0.0000, 0.5000, 3.0000])
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: ReductionOption & { margin?: number } = {},
): Tensor {
  checkLoss("marginRankingLoss", { input1, input2, target }, options, marginNames);
  const { margin = 0, reduction } = options;
  requireSameInputs("marginRankingLoss", input1, input2);
  requireSameShape("marginRankingLoss", input1, target);
  return reduced(input1.sub(input2).mul(target).neg().add(margin).clampMin(0), reduction);
}

/** Options of {@link tripletMarginLoss}. */
export interface TripletOptions extends ReductionOption {
  /** By how much the negative must be further away. Default 1. */
  margin?: number;
  /** The norm's degree, above 0. Default 2. */
  p?: number;
  /** Added to differences, against the kink at zero. Default 1e-6. */
  eps?: number;
  /** Take the negative's distance from the positive when it is smaller. Default false. */
  swap?: boolean;
}

/** The names of {@link TripletOptions}. */
export const tripletNames: OptionNames<TripletOptions> = { ...marginNames, p: 0, eps: 0, swap: 0 };

/** ‖a − b + ε‖ₚ along the last dimension. */
const distance = (a: Tensor, b: Tensor, p: number, eps: number): Tensor => a.sub(b).add(eps).norm(p, -1);

/**
 * Anchor, positive and negative: ℓ = max(0, d(a, p) − d(a, n) + margin), where d(a, b) = ‖a − b + eps‖_p along the last dimension.
 * As `torch.nn.functional.triplet_margin_loss`. Balntas et al., BMVC 2016.
 *
 * @param anchor [n, size] or [size], float
 * @param positive what should be near, in the shape of the anchor
 * @param negative what should be further away, in the shape of the anchor
 * @throws ChainruleError `argument` unless p > 0, `shape` when the shapes differ
 *
 * @example
 * const anchor = zeros([2, 2]);
 * const positive = tensor([[3, 4], [3, 4]]);
 * const negative = tensor([[8, 0], [5, 0]]);
 * const losses = nn.functional.tripletMarginLoss(anchor, positive, negative, { reduction: "none" });
 * losses; // → tensor([0.0000, 1.0000])
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = {},
): Tensor {
  checkLoss("tripletMarginLoss", { anchor, positive, negative }, options, tripletNames);
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction } = options;
  if (!(p > 0)) throw new ChainruleError("argument", `p is ${p}.`, "Give the degree of a norm, above 0.");
  requireSameInputs("tripletMarginLoss", anchor, positive);
  requireSameInputs("tripletMarginLoss", anchor, negative);
  const near = distance(anchor, positive, p, eps);
  let far = distance(anchor, negative, p, eps);
  if (swap) far = far.minimum(distance(positive, negative, p, eps));
  return reduced(near.sub(far).add(margin).clampMin(0), reduction);
}
