/** What operations of random programs work on: numbers that choose, a pool of tensors, and operands from it that fit. */
import { arange, fromTypedArray, type Generator, type Tensor } from "../../index.ts";
import { type DType, isFloating } from "../../shape/dtype.ts";
import { broadcastShapes, numel, type Shape, sameShape } from "../../shape/shape.ts";

/** Numbers that choose operands and options, taken one after another. */
export class Choices {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(n: number): number {
    const chosen = this.#numbers[this.#next++ % this.#numbers.length];
    return n > 0 ? chosen % n : 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  coin(): boolean {
    return this.below(2) === 0;
  }
}

/** What one instruction works on. */
export interface Machine {
  readonly choices: Choices;
  readonly pool: readonly Tensor[];
  readonly generator: Generator;
  /** The floating dtype of the program. */
  readonly dtype: DType;
}

/** Numbers without pattern in about −1.5 … 1.5, different for each seed. */
export function numbers(seed: number, shape: Shape, dtype: DType): Tensor {
  const values = Float64Array.from(
    { length: numel(shape) },
    (_, i) => 1.5 * Math.sin(12.9898 * i + 78.233 * seed + 0.7),
  );
  return fromTypedArray(values, shape).to(dtype);
}

export const sizes = [1, 2, 3, 4, 5, 17, 33, 2, 3, 4] as const;

export function find(m: Machine, fits: (x: Tensor) => boolean): Tensor | undefined {
  const from = m.choices.below(m.pool.length);
  // The newest come more often than the oldest, so that long chains arise.
  const start = m.choices.coin() ? m.pool.length - 1 - (from % 4) : from;
  for (let i = 0; i < m.pool.length; i++) {
    const x = m.pool[(start + i + m.pool.length) % m.pool.length];
    if (fits(x)) return x;
  }
  return undefined;
}

export const isReal = (x: Tensor): boolean => isFloating(x.dtype);

export function real(m: Machine, fits: (x: Tensor) => boolean = () => true): Tensor {
  return find(m, (x) => isReal(x) && fits(x)) ?? numbers(m.choices.below(99), [2, 3], m.dtype);
}

export const any = (m: Machine): Tensor => find(m, () => true) as Tensor;

export const mask = (m: Machine, shape: Shape): Tensor =>
  find(m, (x) => x.dtype === "bool" && broadcasts(x.shape, shape)) ?? apart(real(m), 0.0137).gt(0).any();

export const withDim = (m: Machine, rank = 1): Tensor => real(m, (x) => x.ndim >= rank);

export function broadcasts(shape: Shape, to: Shape): boolean {
  try {
    return sameShape(broadcastShapes(shape, to), to);
  } catch {
    return false;
  }
}

export function joins(a: Shape, b: Shape): boolean {
  try {
    return numel(broadcastShapes(a, b)) <= 4000;
  } catch {
    return false;
  }
}

/** Another tensor that broadcasts with one, or a number. */
export const partner = (m: Machine, x: Tensor): Tensor =>
  find(m, (y) => y !== x && isReal(y) && joins(x.shape, y.shape)) ??
  numbers(m.choices.below(99), x.shape, x.dtype);

/** A number or a tensor to be combined with one. */
export const operand = (m: Machine, x: Tensor): Tensor | number =>
  m.choices.below(5) === 0 ? (m.choices.below(9) - 4) / 2 + 0.25 : partner(m, x);

/** Rounding must not decide which side of a step or of a tie a number lies on. */
export const apart = (x: Tensor, by: number): Tensor => x.add(by);

/** Along a dimension no two elements are alike. */
export function distinct(x: Tensor, dim: number): Tensor {
  const shape = x.shape.map((size, d) => (d === dim ? size : 1));
  return x.add(arange(x.shape[dim], { dtype: x.dtype }).mul(0.01137).reshape(shape));
}

export const dimOf = (m: Machine, x: Tensor): number =>
  m.choices.below(x.ndim) - (m.choices.coin() ? x.ndim : 0);

export const positive = (dim: number, x: Tensor): number => (dim < 0 ? dim + x.ndim : dim);

export function dims(m: Machine, x: Tensor): number[] | undefined {
  if (m.choices.below(4) === 0) return undefined;
  return x.shape.map((_, d) => d).filter(() => m.choices.coin());
}

export const keepdim = (m: Machine): { keepdim: boolean } => ({ keepdim: m.choices.coin() });

/** Whole numbers below `n`, as an index: data from the program where there is some. */
export function index(m: Machine, n: number, shape: Shape): Tensor {
  if (m.choices.coin())
    return fromTypedArray(
      Int32Array.from({ length: numel(shape) }, (_, i) => (i * 7 + 3) % n),
      shape,
    );
  return apart(real(m).sum(), 0.0137)
    .mul(3)
    .floor()
    .to("int32")
    .add(arange(numel(shape), { dtype: "int32" }))
    .remainder(n)
    .reshape(shape);
}

/** What an operation adds to the pool. */
export type Results = Tensor | readonly Tensor[];

export type Step = (m: Machine) => Results;
