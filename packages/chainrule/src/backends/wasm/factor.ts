/** A factor of a matrix product where it lies, and its way into the workspace. */
import type { FloatArray } from "./workspace.ts";

/** A matrix in somebody's array: element (i, j) is data[offset + i · rowStride + j · columnStride]. */
export interface Factor {
  readonly data: FloatArray;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Rows and columns exchanged; nothing moves. */
export const transposed = ({ data, offset, rowStride, columnStride }: Factor): Factor => ({
  data,
  offset,
  rowStride: columnStride,
  columnStride: rowStride,
});
