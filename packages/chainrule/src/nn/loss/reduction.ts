import { broadcastShapes, numel, sameShape, showShape, Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { checkOptions } from "../../util/options.ts";
import { shown } from "../../util/wording.ts";

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

/** The names of {@link ReductionOption}. */
export const reductionNames = { reduction: 0 };

/** What losses with a margin can be told. */
export const marginNames = { ...reductionNames, margin: 0 };

/** Throws for an input or target of a loss that is no tensor, and for options that it does not have. */
export function checkLoss(
  what: string,
  tensors: Readonly<Record<string, unknown>>,
  options: object,
  names: object = reductionNames,
): void {
  for (const name in tensors) {
    if (tensors[name] instanceof Tensor) continue;
    throw new ChainruleError(
      "argument",
      `${what} was given ${shown(tensors[name])} as its ${name}.`,
      `Give tensors: ${what}(${Object.keys(tensors).join(", ")}).`,
    );
  }
  checkLossOptions(what, options, names);
}

/** Throws for options that a loss does not have, and for weights that are no tensors. */
export function checkLossOptions(what: string, options: object, names: object): void {
  checkOptions(what, options, names);
  const { weight, posWeight } = options as { weight?: unknown; posWeight?: unknown };
  const odd = [weight, posWeight].find((given) => (given ?? null) !== null && !(given instanceof Tensor));
  if (odd === undefined) return;
  throw new ChainruleError(
    "argument",
    `The ${odd === weight ? "weight" : "posWeight"} of ${what} is ${shown(odd)}.`,
    "Make a tensor of it: tensor([1, 2]).",
  );
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

/**
 * Refuses inputs and targets that broadcasting would both enlarge, as [n, 1] against [n]: comparing every prediction with every
 * target is nearly always a mistake.
 */
export function requirePairs(what: string, input: Tensor, target: Tensor): void {
  const shape = broadcastShapes(input.shape, target.shape);
  if (numel(shape) <= Math.max(input.numel, target.numel)) return;
  throw new ChainruleError(
    "shape",
    `${what} compares shapes ${showShape(input.shape)} and ${showShape(target.shape)}: broadcasting would pair all rows with all rows.`,
    "Use squeeze() or unsqueeze() to give both one shape.",
  );
}

/** The losses times a weight, if there is one, that may be stretched over them but must not enlarge them. */
export const weighted = (losses: Tensor, name: string, weight: Tensor | null | undefined): Tensor =>
  weight ? losses.mul(fitting(losses, name, weight)) : losses;

/** The weight, if broadcasting it to the losses gives no more of them. */
export function fitting(losses: Tensor, name: string, weight: Tensor): Tensor {
  if (sameShape(broadcastShapes(losses.shape, weight.shape), losses.shape)) return weight;
  throw new ChainruleError(
    "shape",
    `A ${name} of shape ${showShape(weight.shape)} would enlarge losses of shape ${showShape(losses.shape)}.`,
    "Give a shape that broadcasts to theirs.",
  );
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
