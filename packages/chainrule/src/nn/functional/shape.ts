import type { Tensor } from "../../tensor/index.ts";

/** Rows of zeros with a one where the index says: int32 [...] to int32 [..., numClasses]. −1 takes the largest index + 1. */
export const oneHot = (x: Tensor, numClasses = -1): Tensor => x.oneHot(numClasses);

/** Adds `pads` = [left, right, top, bottom, …] elements around the last dimensions, the last one first. */
export const pad = (x: Tensor, pads: readonly number[], options?: Parameters<Tensor["pad"]>[1]): Tensor =>
  x.pad(pads, options);
