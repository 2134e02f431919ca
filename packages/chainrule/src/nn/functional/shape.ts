import type { Tensor } from "../../tensor/index.ts";

/**
 * Rows of zeros with a one where the index says, as `torch.nn.functional.one_hot`.
 *
 * @param x class indices from 0, int32 [...]; the result is int32 [..., numClasses]
 * @param numClasses −1 takes the largest index + 1
 * @throws ChainruleError `dtype` for another dtype than int32, `index` for an index that is negative or at least numClasses,
 *   `argument` for less than one class, and for no index and no numClasses
 *
 * @example
 * const labels = tensor([0, 2], { dtype: "int32" });
 * nn.functional.oneHot(labels); // → tensor([[1, 0, 0], [0, 0, 1]], dtype=int32)
 * nn.functional.oneHot(labels, 4).shape; // → [2, 4]
 */
export const oneHot = (x: Tensor, numClasses = -1): Tensor => x.oneHot(numClasses);

/**
 * Adds `pads` = [left, right, top, bottom, …] elements around the last dimensions, the last one first; negative ones take away.
 * As `torch.nn.functional.pad`.
 *
 * @param x any shape and dtype
 * @param options mode "constant" and value 0 when left out; the other modes are "reflect", "replicate" and "circular"
 * @throws ChainruleError `argument` for an odd number of paddings, too many, or ones that the mode cannot make; `shape` when more
 *   is taken away than there is
 *
 * @example
 * const x = tensor([[1, 2]]);
 * nn.functional.pad(x, [1, 0]); // → tensor([[0., 1., 2.]])
 * nn.functional.pad(x, [0, 0, 0, 1], { value: 9 }); // → tensor([[1., 2.], [9., 9.]])
 * nn.functional.pad(x, [2, 2], { mode: "replicate" }); // → tensor([[1., 1., 1., 2., 2., 2.]])
 */
export const pad = (x: Tensor, pads: readonly number[], options?: Parameters<Tensor["pad"]>[1]): Tensor =>
  x.pad(pads, options);
