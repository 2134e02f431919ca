import { apply, indexSelect, noGrad, showShape, type Tensor, where, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";

/** Options of {@link embedding}. */
export interface EmbeddingLookupOptions {
  /** The index whose row gets no gradient; counted from the end when negative. Without it every row gets one. */
  paddingIdx?: number | null;
  /** Shrink the rows that are looked up to at most this norm, in place, before. Without it nothing is changed. */
  maxNorm?: number | null;
  /** The norm of `maxNorm`. Default 2. */
  normType?: number;
  /** Divide the gradient of a row by how often the indices name it. Default false. */
  scaleGradByFreq?: boolean;
}

/** The row of an index counted from the end where it is negative. */
export function paddingRow(paddingIdx: number, rows: number): number {
  const row = paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  if (!Number.isInteger(paddingIdx) || row < 0 || row >= rows) {
    throw new ChainruleError(
      "index",
      `paddingIdx ${String(paddingIdx)} names none of ${counted(rows, "row")}.`,
      `Use ${-rows} to ${rows - 1}.`,
    );
  }
  return row;
}

/**
 * The rows of a table that indices name, as `torch.nn.functional.embedding`.
 *
 * @param indices int32 [...], each from 0 to rows − 1
 * @param weight [rows, width]
 * @returns [..., width]
 * @throws ChainruleError `dtype` for indices that are not int32, `shape` for a weight that is no matrix, `index` for an index or a
 *   `paddingIdx` that names no row
 *
 * @example
 * const weight = tensor([[0, 0], [1, 10], [2, 20]]);
 * const at = tensor([2, 1, 2], { dtype: "int32" });
 * nn.functional.embedding(at, weight); // → tensor([[2., 20.], [1., 10.], [2., 20.]])
 * nn.functional.embedding(at, weight, { maxNorm: 1, normType: 1 }).sum(1); // → tensor([1., 1., 1.])
 */
export function embedding(indices: Tensor, weight: Tensor, options: EmbeddingLookupOptions = {}): Tensor {
  if (weight.ndim !== 2) {
    throw new ChainruleError(
      "shape",
      `A weight of shape ${showShape(weight.shape)} is no table of rows.`,
      "Give a matrix [rows, width].",
    );
  }
  if (indices.dtype !== "int32") {
    throw new ChainruleError(
      "dtype",
      `Indices of an embedding cannot be ${indices.dtype}.`,
      'Give whole numbers: tensor([...], { dtype: "int32" }).',
    );
  }
  const { paddingIdx, maxNorm, normType = 2, scaleGradByFreq = false } = options;
  const [rows, width] = weight.shape;
  const flat = indices.reshape([indices.numel]);
  if (typeof maxNorm === "number") shrinkRows(weight, flat, maxNorm, normType);
  let found = apply(indexSelect, { x: weight, dim: 0, index: flat }, "embedding");
  if (scaleGradByFreq) {
    const share = timesNamed(flat, rows, weight).gather(0, flat).reciprocal().unsqueeze(1);
    // The value stays to the bit, since found − found is 0; its derivative is the share.
    const value = found.detach();
    found = value.add(found.sub(value).mul(share));
  }
  if (typeof paddingIdx === "number") {
    const isPadding = flat.eq(paddingRow(paddingIdx, rows)).unsqueeze(1);
    found = where(isPadding, found.detach(), found);
  }
  return found.reshape([...indices.shape, width]);
}

/** How often each row is named, in the weight's dtype. */
const timesNamed = (flat: Tensor, rows: number, { dtype }: Tensor): Tensor =>
  zeros([rows], { dtype }).scatterAdd(0, flat, zeros(flat.shape, { dtype }).add(1));

/** Scales the named rows whose norm is larger than `maxNorm` down to it. */
function shrinkRows(weight: Tensor, flat: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const norm = weight.norm(normType, 1, { keepdim: true });
    const factor = norm.add(1e-7).reciprocal().mul(maxNorm); // PyTorch's guard against division by zero
    const shrinks = norm.gt(maxNorm).logicalAnd(timesNamed(flat, weight.shape[0], weight).gt(0).unsqueeze(1));
    weight.mul_(where(shrinks, factor, 1));
  });
}
