/** Layers of Keras that the library has no layer for, as modules. */
import { BatchNorm1d, Embedding, functional, Module, type Parameter } from "../../nn/index.ts";
import { cat, onesLike, randnLike, type Tensor } from "../../tensor/index.ts";

/** y = 0.2 x + 0.5, cut to [0, 1]: Keras's `hard_sigmoid` before version 3, and TensorFlow.js's. {@link Hardsigmoid} has slope ⅙. */
export class KerasHardSigmoid extends Module {
  static override readonly name: string = "KerasHardSigmoid";

  override forward(x: Tensor): Tensor {
    return x.mul(0.2).add(0.5).clamp(0, 1);
  }
}

/** y = eˣ. */
export class Exponential extends Module {
  static override readonly name: string = "Exponential";

  override forward(x: Tensor): Tensor {
    return x.exp();
  }
}

/** y = maxValue where x ≥ maxValue, x where threshold ≤ x, else negativeSlope (x − threshold): Keras's `ReLU` with its options. */
export class KerasReLU extends Module {
  static override readonly name: string = "KerasReLU";
  readonly maxValue: number;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(maxValue: number, negativeSlope: number, threshold: number) {
    super();
    this.maxValue = maxValue;
    this.negativeSlope = negativeSlope;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    const y = x.where(x.ge(this.threshold), x.sub(this.threshold).mul(this.negativeSlope));
    return this.maxValue === Number.POSITIVE_INFINITY ? y : y.clampMax(this.maxValue);
  }

  override extraRepr(): string {
    return `maxValue=${this.maxValue}, negativeSlope=${this.negativeSlope}, threshold=${this.threshold}`;
  }
}

/** y = x where x > 0, else weight · x, with a learned slope for each element of an example (1 where dimensions share it). */
export class KerasPReLU extends Module {
  static override readonly name: string = "KerasPReLU";
  weight: Parameter;

  constructor(weight: Parameter) {
    super();
    this.weight = weight;
  }

  override forward(x: Tensor): Tensor {
    return x.where(x.gt(0), x.mul(this.weight));
  }
}

/** Batch normalization over the last dimension of inputs with any number of dimensions: Keras's `axis: -1`. */
export class LastDimBatchNorm extends BatchNorm1d {
  static override readonly name: string = "LastDimBatchNorm";

  override forward(x: Tensor): Tensor {
    return super.forward(x.reshape([-1, x.shape[x.ndim - 1]])).reshape(x.shape);
  }
}

/** An embedding whose indices may be floats, which are cut to whole numbers, as inputs of Keras are floats by default. */
export class KerasEmbedding extends Embedding {
  static override readonly name: string = "KerasEmbedding";

  override forward(indices: Tensor): Tensor {
    return super.forward(indices.dtype === "int32" ? indices : indices.to("int32"));
  }
}

/** Orders the dimensions of each example anew; `dims` counts them from 1. */
export class Permute extends Module {
  static override readonly name: string = "Permute";
  readonly dims: readonly number[];

  constructor(dims: readonly number[]) {
    super();
    this.dims = dims;
  }

  override forward(x: Tensor): Tensor {
    return x.permute([0, ...this.dims]);
  }

  override extraRepr(): string {
    return this.dims.join(", ");
  }
}

/** [N, F] → [N, times, F], each row the same. */
export class RepeatVector extends Module {
  static override readonly name: string = "RepeatVector";
  readonly times: number;

  constructor(times: number) {
    super();
    this.times = times;
  }

  override forward(x: Tensor): Tensor {
    return x.unsqueeze(1).expand([x.shape[0], this.times, x.shape[1]]);
  }

  override extraRepr(): string {
    return String(this.times);
  }
}

/** [N, T, F] → [N, F]: the mean or the largest value over T. */
export class GlobalPool1d extends Module {
  static override readonly name: string = "GlobalPool1d";
  readonly kind: "mean" | "max";

  constructor(kind: "mean" | "max") {
    super();
    this.kind = kind;
  }

  override forward(x: Tensor): Tensor {
    return this.kind === "mean" ? x.mean(1) : x.amax(1);
  }

  override extraRepr(): string {
    return this.kind;
  }
}

/** y = scale · x + offset. */
export class Rescaling extends Module {
  static override readonly name: string = "Rescaling";
  readonly scale: number;
  readonly offset: number;

  constructor(scale: number, offset: number) {
    super();
    this.scale = scale;
    this.offset = offset;
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.offset);
  }

  override extraRepr(): string {
    return `scale=${this.scale}, offset=${this.offset}`;
  }
}

export type NoiseKind = "add" | "multiply" | "channels";

/**
 * Noise in training, nothing in evaluation: normal noise that is added (`amount` is its standard deviation), normal noise around 1
 * that is multiplied (Keras's `GaussianDropout`), or whole channels of [N, T, C] dropped (Keras's `SpatialDropout1D`).
 */
export class Noise extends Module {
  static override readonly name: string = "Noise";
  readonly kind: NoiseKind;
  readonly amount: number;

  constructor(kind: NoiseKind, amount: number) {
    super();
    this.kind = kind;
    this.amount = amount;
  }

  override forward(x: Tensor): Tensor {
    if (!this.training || this.amount === 0) return x;
    if (this.kind === "add") return x.add(randnLike(x).mul(this.amount));
    if (this.kind === "channels")
      return x.mul(functional.dropout(onesLike(x.narrow(1, 0, 1)), { p: this.amount }));
    const deviation = Math.sqrt(this.amount / (1 - this.amount));
    return x.mul(randnLike(x).mul(deviation).add(1));
  }

  override extraRepr(): string {
    return `${this.kind}, ${this.amount}`;
  }
}

/** What {@link Merge} does with two values; its mean is a sum that is divided in the end. */
const merging = {
  sum: (a, b) => a.add(b),
  difference: (a, b) => a.sub(b),
  product: (a, b) => a.mul(b),
  mean: (a, b) => a.add(b),
  maximum: (a, b) => a.maximum(b),
  minimum: (a, b) => a.minimum(b),
} satisfies Record<string, (a: Tensor, b: Tensor) => Tensor>;
export type MergeKind = keyof typeof merging;

/** One value of several, element by element. Inputs of fewer dimensions get more behind the batch. */
export class Merge extends Module {
  static override readonly name: string = "Merge";
  readonly kind: MergeKind;

  constructor(kind: MergeKind) {
    super();
    this.kind = kind;
  }

  override forward(...xs: Tensor[]): Tensor {
    const rank = Math.max(...xs.map((x) => x.ndim));
    const alike = xs.map((x) =>
      x.ndim === rank
        ? x
        : x.reshape([x.shape[0], ...new Array<number>(rank - x.ndim).fill(1), ...x.shape.slice(1)]),
    );
    const y = alike.reduce(merging[this.kind]);
    return this.kind === "mean" ? y.div(xs.length) : y;
  }

  override extraRepr(): string {
    return this.kind;
  }
}

/** Inputs side by side along a dimension. */
export class Concatenate extends Module {
  static override readonly name: string = "Concatenate";
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override forward(...xs: Tensor[]): Tensor {
    return cat(xs, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * Products of two inputs of two or three dimensions, summed over one dimension of each: [N, F] and [N, F] → [N, 1], [N, A, F] and
 * [N, B, F] → [N, A, B]. With `normalize` by vectors of length 1, that is cosines.
 */
export class Dot extends Module {
  static override readonly name: string = "Dot";
  readonly dims: readonly [number, number];
  readonly normalize: boolean;

  constructor(dims: readonly [number, number], normalize: boolean) {
    super();
    this.dims = dims;
    this.normalize = normalize;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    const [left, right] = [a, b].map((x, i) => {
      const rows = x.ndim === 2 ? x.unsqueeze(1) : x.transpose(this.dims[i], 2);
      if (!this.normalize) return rows;
      return rows.mul(rows.square().sum(-1, { keepdim: true }).clampMin(1e-12).rsqrt());
    });
    const products = left.matmul(right.transpose(1, 2)); // [N, A, B]
    const kept = [a, b].flatMap((x, i) => (x.ndim === 3 ? [products.shape[i + 1]] : []));
    return products.reshape([products.shape[0], ...(kept.length > 0 ? kept : [1])]);
  }

  override extraRepr(): string {
    return `${this.dims.join(", ")}, normalize=${this.normalize}`;
  }
}
