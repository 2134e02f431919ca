/**
 * Losses that compare items with each other: by angle, by rank, by distance. Margins are cut off by clampMin(0), whose slope at
 * the bound itself is 1, as in PyTorch; relu's would be 0.
 */
import { type Tensor, where } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type ReductionOption, reduced, requireSameShape } from "./reduction.ts";

const tiny = 1e-12;

/** For pairs with targets 1 (alike) and −1 (not): ℓ = 1 − cos, or max(0, cos − margin). Pairs along the last dimension. */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: ReductionOption & { margin?: number } = {},
): Tensor {
  requireSameShape("cosineEmbeddingLoss", input1, input2);
  const dot = input1.mul(input2).sum(-1);
  const squares = input1.square().sum(-1).add(tiny).mul(input2.square().sum(-1).add(tiny));
  const cos = dot.div(squares.sqrt());
  const alike = where(target.eq(1), cos.neg().add(1), 0);
  const apart = where(target.eq(-1), cos.sub(margin).clampMin(0), 0);
  return reduced(alike.add(apart), reduction);
}

/** For pairs of which the first should rank higher (1) or lower (−1): ℓ = max(0, −t (x₁ − x₂) + margin). */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: ReductionOption & { margin?: number } = {},
): Tensor {
  requireSameShape("marginRankingLoss", input1, input2);
  return reduced(input1.sub(input2).mul(target).neg().add(margin).clampMin(0), reduction);
}

export interface TripletOptions extends ReductionOption {
  /** By how much the negative must be further away. Default 1. */
  margin?: number;
  /** The norm's degree. Default 2. */
  p?: number;
  /** Added to differences, against the kink at zero. Default 1e-6. */
  eps?: number;
  /** Take the negative's distance from the positive when it is smaller. Default false. */
  swap?: boolean;
}

/** ‖a − b + ε‖ₚ along the last dimension. */
const distance = (a: Tensor, b: Tensor, p: number, eps: number): Tensor => a.sub(b).add(eps).norm(p, -1);

/** Anchor, positive and negative: ℓ = max(0, d(a, p) − d(a, n) + margin). Balntas et al., BMVC 2016. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = {},
): Tensor {
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction } = options;
  if (!(p > 0)) throw new ChainruleError("argument", `p is ${p}.`, "Give the degree of a norm, above 0.");
  requireSameShape("tripletMarginLoss", anchor, positive);
  requireSameShape("tripletMarginLoss", anchor, negative);
  const near = distance(anchor, positive, p, eps);
  let far = distance(anchor, negative, p, eps);
  if (swap) far = far.minimum(distance(positive, negative, p, eps));
  return reduced(near.sub(far).add(margin).clampMin(0), reduction);
}
