/** Losses that measure the distance of numbers. Targets broadcast to the input, as in PyTorch. */
import type { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { checkLoss, type ReductionOption, reduced, reductionNames, requirePairs } from "./reduction.ts";

/** What {@link huberLoss} can be told. */
export const huberNames = { ...reductionNames, delta: 0 };

/** What {@link smoothL1Loss} can be told. */
export const smoothL1Names = { ...reductionNames, beta: 0 };

/** x − t. Targets may broadcast, see {@link requirePairs}. */
function difference(what: string, input: Tensor, target: Tensor): Tensor {
  requirePairs(what, input, target);
  return input.sub(target);
}

/**
 * Squared error: ℓ = (x − t)². As `torch.nn.functional.mse_loss`.
 *
 * @param input predictions x, any shape, float
 * @param target t, of a shape that broadcasts with the input's
 * @param options reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes do not broadcast, or both would be enlarged, as [n, 1] and [n]
 *
 * @example
 * const x = tensor([1, 2, 4]);
 * nn.functional.mseLoss(x, tensor([1, 2, 7])); // → tensor(3.)
 * nn.functional.mseLoss(x, tensor([1, 2, 7]), { reduction: "none" }); // → tensor([0., 0., 9.])
 * nn.functional.mseLoss(x, zeros([3, 1])); // throws shape: …pair all rows with all rows
 */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOption = {}): Tensor {
  checkLoss("mseLoss", { input, target }, options);
  const { reduction } = options;
  return reduced(difference("mseLoss", input, target).square(), reduction);
}

/**
 * Absolute error: ℓ = |x − t|. As `torch.nn.functional.l1_loss`.
 *
 * @param input predictions x, any shape, float
 * @param target t, of a shape that broadcasts with the input's
 * @param options reduction "mean" when left out
 * @throws ChainruleError `shape` when the shapes do not broadcast, or both would be enlarged, as [n, 1] and [n]
 *
 * @example
 * nn.functional.l1Loss(tensor([1, 2, 4]), tensor([1, 2, 7])); // → tensor(1.)
 */
export function l1Loss(input: Tensor, target: Tensor, options: ReductionOption = {}): Tensor {
  checkLoss("l1Loss", { input, target }, options);
  const { reduction } = options;
  return reduced(difference("l1Loss", input, target).abs(), reduction);
}

/**
 * Huber's loss: with d = x − t, ½ d² while |d| ≤ δ, then the straight line δ (|d| − ½ δ). As `torch.nn.functional.huber_loss`.
 * Huber, Ann. Math. Statist. 1964.
 *
 * @param input predictions x, any shape, float
 * @param target t, of a shape that broadcasts with the input's
 * @param options delta 1, reduction "mean" when left out
 * @throws ChainruleError `argument` unless delta > 0, `shape` when the shapes do not broadcast, or both
 *   would be enlarged, as [n, 1] and [n]
 *
 * @example
 * const [x, t] = [tensor([0.5, 10]), zeros([2])];
 * nn.functional.huberLoss(x, t, { reduction: "none" }); // → tensor([0.1250, 9.5000])
 * nn.functional.huberLoss(x, t, { delta: 2, reduction: "none" }); // → tensor([0.1250, 18.0000])
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options: ReductionOption & { delta?: number } = {},
): Tensor {
  checkLoss("huberLoss", { input, target }, options, huberNames);
  const { delta = 1, reduction } = options;
  if (!(delta > 0)) throw new ChainruleError("argument", `delta is ${delta}.`, "Give a number above 0.");
  const distance = difference("huberLoss", input, target).abs();
  const near = distance.clamp(null, delta);
  return reduced(near.mul(distance.sub(near.mul(0.5))), reduction); // c (|d| − c/2) with c = min(|d|, δ)
}

/**
 * Huber's loss divided by its bend: with d = x − t, ½ d² / β while |d| < β, then |d| − ½ β. With β = 0 the absolute error. As
 * `torch.nn.functional.smooth_l1_loss`. Girshick, ICCV 2015.
 *
 * @param input predictions x, any shape, float
 * @param target t, of a shape that broadcasts with the input's
 * @param options beta 1, reduction "mean" when left out
 * @throws ChainruleError `argument` when beta is below 0, `shape` when the shapes do not broadcast, or both
 *   would be enlarged, as [n, 1] and [n]
 *
 * @example
 * const [x, t] = [tensor([0.5, 10]), zeros([2])];
 * nn.functional.smoothL1Loss(x, t, { reduction: "none" }); // → tensor([0.1250, 9.5000])
 * nn.functional.smoothL1Loss(x, t, { beta: 2, reduction: "none" }); // → tensor([0.0625, 9.0000])
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options: ReductionOption & { beta?: number } = {},
): Tensor {
  checkLoss("smoothL1Loss", { input, target }, options, smoothL1Names);
  const { beta = 1, reduction } = options;
  if (!(beta >= 0)) throw new ChainruleError("argument", `beta is ${beta}.`, "Give a number of at least 0.");
  const distance = difference("smoothL1Loss", input, target).abs();
  if (beta === 0) return reduced(distance, reduction);
  const near = distance.clamp(null, beta);
  return reduced(near.mul(distance.sub(near.mul(0.5))).div(beta), reduction);
}
