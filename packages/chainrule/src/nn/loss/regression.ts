/** Losses that measure the distance of numbers. Targets broadcast to the input, as in PyTorch. */
import { showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type ReductionOption, reduced } from "./reduction.ts";

/**
 * x − t. Targets may broadcast, except in the one way that is nearly always a mistake: [n, 1] against [n] would compare
 * every prediction with every target.
 */
function difference(what: string, input: Tensor, target: Tensor): Tensor {
  const [a, b] = [input.shape, target.shape];
  const column = a.length > b.length ? a : b;
  const row = a.length > b.length ? b : a;
  if (column.length === 2 && row.length === 1 && column[1] === 1 && column[0] === row[0] && row[0] > 1) {
    throw new ChainruleError(
      "shape",
      `${what} compares shapes ${showShape(a)} and ${showShape(b)}: broadcasting would pair all rows with all rows.`,
      "Use squeeze(1) on the column, or unsqueeze(1) on the other.",
    );
  }
  return input.sub(target);
}

/** Squared error: ℓ = (x − t)². */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: ReductionOption = {}): Tensor {
  return reduced(difference("mseLoss", input, target).square(), reduction);
}

/** Absolute error: ℓ = |x − t|. */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: ReductionOption = {}): Tensor {
  return reduced(difference("l1Loss", input, target).abs(), reduction);
}

/** Huber's loss: ½ d² while |d| ≤ δ, then the straight line δ (|d| − ½ δ). Huber, Ann. Math. Statist. 1964. */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  { delta = 1, reduction }: ReductionOption & { delta?: number } = {},
): Tensor {
  if (!(delta > 0)) throw new ChainruleError("argument", `delta is ${delta}.`, "Give a number above 0.");
  const distance = difference("huberLoss", input, target).abs();
  const near = distance.clamp(null, delta);
  return reduced(near.mul(distance.sub(near.mul(0.5))), reduction); // c (|d| − c/2) with c = min(|d|, δ)
}

/** Huber's loss divided by its bend: ½ d² / β while |d| < β, then |d| − ½ β. With β = 0 the absolute error. */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  { beta = 1, reduction }: ReductionOption & { beta?: number } = {},
): Tensor {
  if (!(beta >= 0)) throw new ChainruleError("argument", `beta is ${beta}.`, "Give a number of at least 0.");
  const distance = difference("smoothL1Loss", input, target).abs();
  if (beta === 0) return reduced(distance, reduction);
  const near = distance.clamp(null, beta);
  return reduced(near.mul(distance.sub(near.mul(0.5))).div(beta), reduction);
}
