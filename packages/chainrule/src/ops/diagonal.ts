import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op } from "../core/op.ts";
import { like } from "../core/rules.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { dimOf } from "./places.ts";

/** A diagonal of the matrices in dimensions dim1 and dim2: `offset` places above the main one. */
type Diagonal = { readonly offset: number; readonly dim1: number; readonly dim2: number };

const lengthOf = (rows: number, columns: number, offset: number): number =>
  Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));

/** The shape without the two dimensions, and the diagonal as the last one. */
function diagonalShape(shape: Shape, { offset, dim1, dim2 }: Diagonal): Shape {
  return [...shape.filter((_, d) => d !== dim1 && d !== dim2), lengthOf(shape[dim1], shape[dim2], offset)];
}

/** The diagonal's elements in the same storage. */
function look(x: Tensor, { offset, dim1, dim2 }: Diagonal): Tensor {
  const shape = diagonalShape(x.shape, { offset, dim1, dim2 });
  const across = x.strides.filter((_, d) => d !== dim1 && d !== dim2);
  const start = offset >= 0 ? offset * x.strides[dim2] : -offset * x.strides[dim1];
  return interpreter.view(x, shape, [...across, x.strides[dim1] + x.strides[dim2]], x.offset + start);
}

/** A view. */
export const diagonal: Op<Diagonal & { x: Tensor }> = defineOp<Diagonal & { x: Tensor }>({
  name: "diagonal",
  formula: "y_i = x_(i, i + offset)",
  inputs: ["x"],
  linearIn: ["x"],
  result: (args) => ({ shape: diagonalShape(args.x.shape, args), dtype: args.x.dtype }),
  lower: (args) => look(args.x, args),
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y on the diagonal, 0 elsewhere
    x: (dy, { offset, dim1, dim2 }, x) => apply(embedDiagonal, { x: dy, shape: x.shape, offset, dim1, dim2 }),
  },
  samples: (s) => [
    { x: s.real([3, 3]), offset: 0, dim1: 0, dim2: 1 },
    { x: s.real([2, 4]), offset: 1, dim1: 0, dim2: 1 },
    { x: s.real([3, 2, 2]), offset: -1, dim1: 2, dim2: 0 },
    { x: s.real([2, 0]), offset: 0, dim1: 0, dim2: 1 },
  ],
});

type Embed = Diagonal & { x: Tensor; shape: Shape };

/** The inverse of diagonal: `x` on the diagonal of matrices of zeros. */
export const embedDiagonal: Op<Embed> = defineOp<Embed>({
  name: "embedDiagonal",
  formula: "y_(i, i + offset) = x_i, and 0 elsewhere",
  inputs: ["x"],
  linearIn: ["x"],
  result: ({ x, shape }) => ({ shape, dtype: x.dtype }),
  lower(args, out) {
    const y = interpreter.copy(0, out);
    interpreter.copy(args.x, args.x, look(y, args));
    return y;
  },
  // ∂ℓ/∂x = ∂ℓ/∂y on the diagonal
  vjp: { x: (dy, { offset, dim1, dim2 }) => apply(diagonal, { x: dy, offset, dim1, dim2 }) },
  samples: (s) => [
    { x: s.real([2]), shape: [3, 3], offset: 1, dim1: 0, dim2: 1 },
    { x: s.real([3, 1]), shape: [2, 3, 2], offset: -1, dim1: 0, dim2: 2 },
    { x: s.real([0]), shape: [0, 2], offset: 0, dim1: 0, dim2: 1 },
  ],
});

type Triangle = { x: Tensor; diagonal: number };

/** tril and triu differ in nothing but the side that stays. */
const triangle = (name: "tril" | "triu", formula: string): Op<Triangle> =>
  defineOp<Triangle>({
    name,
    formula,
    inputs: ["x"],
    linearIn: ["x"],
    result({ x }) {
      if (x.ndim >= 2) return like({ x });
      throw new ChainruleError(
        "shape",
        `${name}() needs matrices, and this tensor has the shape ${showShape(x.shape)}.`,
        "Make it a matrix first, by reshape() or diag().",
      );
    },
    lower({ x, diagonal }, out) {
      const [rows, columns] = x.shape.slice(-2);
      const kept = new Uint8Array(rows * columns);
      for (let i = 0, at = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          kept[at++] = (name === "tril" ? j - i <= diagonal : j - i >= diagonal) ? 1 : 0;
        }
      }
      return interpreter.where(Tensor.over(kept, [rows, columns], "bool"), x, 0, out);
    },
    // ∂ℓ/∂x = ∂ℓ/∂y where the element stays, 0 elsewhere
    vjp: { x: (dy, { diagonal }) => dy[name](diagonal) },
    samples: (s) => [
      { x: s.real([3, 3]), diagonal: 0 },
      { x: s.real([2, 2, 3]), diagonal: 1 },
      { x: s.real([3, 2]), diagonal: -1 },
      { x: s.real([0, 2]), diagonal: 0 },
    ],
  });

export const tril = triangle("tril", "y_ij = x_ij where j − i ≤ diagonal, else 0");
export const triu = triangle("triu", "y_ij = x_ij where j − i ≥ diagonal, else 0");

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * A view of a diagonal of the matrices in `dim1` and `dim2` (default 0, 1), as the last dimension; `offset` > 0 lies above
     * the main one (default 0), < 0 below. As `torch.diagonal`.
     *
     * @throws ChainruleError `index` for fewer than two dimensions or one named twice, `argument` for an offset that is not
     * whole
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.diagonal(); // → tensor([1., 5.])
     * x.diagonal(1); // → tensor([2., 6.])
     * x.diagonal(5).shape; // → [0]
     */
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
    /**
     * Of a vector, the square matrix with it on a diagonal (default 0, the main one); of a matrix, a view of that diagonal. As
     * `torch.diag`.
     *
     * @throws ChainruleError `shape` for other than 1 or 2 dimensions, `argument` for a diagonal that is not whole
     *
     * @example
     * tensor([1, 2]).diag(); // → tensor([[1., 0.], [0., 2.]])
     * tensor([[1, 2], [3, 4]]).diag(-1); // → tensor([3.])
     */
    diag(diagonal?: number): Tensor;
    /**
     * Sum of a matrix's main diagonal, as `torch.trace`.
     *
     * @throws ChainruleError `shape` unless it is a matrix
     *
     * @example
     * tensor([[1, 2, 3], [4, 5, 6]]).trace(); // → tensor(6.)
     */
    trace(): Tensor;
    /**
     * The lower triangle of each matrix, up to `diagonal` (default 0, the main one); zeros above. As `torch.tril`.
     *
     * @throws ChainruleError `shape` for fewer than 2 dimensions, `argument` for a diagonal that is not whole
     *
     * @example
     * ones([3, 3]).tril(); // → tensor([[1., 0., 0.], [1., 1., 0.], [1., 1., 1.]])
     * ones([2, 3]).tril(-1); // → tensor([[0., 0., 0.], [1., 0., 0.]])
     */
    tril(diagonal?: number): Tensor;
    /**
     * The upper triangle of each matrix, from `diagonal` (default 0, the main one) on; zeros below. As `torch.triu`.
     *
     * @throws ChainruleError `shape` for fewer than 2 dimensions, `argument` for a diagonal that is not whole
     *
     * @example
     * ones([2, 3]).triu(1); // → tensor([[0., 1., 1.], [0., 0., 1.]])
     */
    triu(diagonal?: number): Tensor;
  }
}

/** Refuses a diagonal that is no whole number of places away. */
function checkOffset(method: string, offset: number): void {
  if (Number.isSafeInteger(offset)) return;
  throw new ChainruleError(
    "argument",
    `There is no diagonal ${offset} places from the main one.`,
    "Give a whole number.",
  ).within(method);
}

defineMethods({
  diagonal(offset = 0, dim1 = 0, dim2 = 1) {
    checkOffset("diagonal", offset);
    const [a, b] = [dimOf("diagonal", dim1, this.ndim), dimOf("diagonal", dim2, this.ndim)];
    if (a === b || this.ndim < 2) {
      throw new ChainruleError(
        "index",
        `A diagonal needs two dimensions, and of shape ${showShape(this.shape)} it was given ${dim1} and ${dim2}.`,
        "Name two different dimensions.",
      );
    }
    return apply(diagonal, { x: this, offset, dim1: a, dim2: b });
  },
  diag(offset = 0) {
    checkOffset("diag", offset);
    if (this.ndim === 1) {
      const size = this.shape[0] + Math.abs(offset);
      return apply(embedDiagonal, { x: this, shape: [size, size], offset, dim1: 0, dim2: 1 });
    }
    if (this.ndim === 2) return this.diagonal(offset);
    throw new ChainruleError(
      "shape",
      `diag() takes a vector or a matrix, and this tensor has the shape ${showShape(this.shape)}.`,
      "Use diagonal(offset, dim1, dim2) for a batch of matrices.",
    );
  },
  trace() {
    if (this.ndim !== 2) {
      throw new ChainruleError(
        "shape",
        `trace() takes a matrix, and this tensor has the shape ${showShape(this.shape)}.`,
        "Use diagonal(0, dim1, dim2).sum(-1) for a batch of matrices.",
      );
    }
    return this.diagonal().sum();
  },
  tril(diagonal = 0) {
    checkOffset("tril", diagonal);
    return apply(tril, { x: this, diagonal });
  },
  triu(diagonal = 0) {
    checkOffset("triu", diagonal);
    return apply(triu, { x: this, diagonal });
  },
});
