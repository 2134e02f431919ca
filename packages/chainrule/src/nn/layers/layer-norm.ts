import { type DType, ones, type Shape, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { withDefaults } from "../../util/options.ts";
import { layerNorm, rmsNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each element. Default true. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  bias?: boolean;
  /** The dtype of the parameters. Default float32. */
  dtype?: DType;
}

const shapeFrom = (normalizedShape: number | Shape): Shape =>
  typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;

/**
 * Layer normalization: y = (x − mean) / √(var + eps) · weight + bias over the last dimensions of each example. As
 * `torch.nn.LayerNorm`. Ba et al., 2016, arXiv 1607.06450.
 *
 * Input [..., *normalizedShape], result of the same shape; a number stands for one dimension. `weight` and `bias` have
 * `normalizedShape` and start at one and zero.
 *
 * @throws ChainruleError in a call `shape` for an input that does not end in `normalizedShape`
 *
 * @example
 * const norm = new nn.LayerNorm(3);
 * norm(tensor([[10, 20, 30]])); // → tensor([[-1.2247, 0.0000, 1.2247]], gradFn=<add>)
 * new nn.LayerNorm([4, 3]).weight?.shape; // → [4, 3]
 */
export class LayerNorm extends WidthKeeper {
  static override readonly name: string = "LayerNorm";
  /** The sizes of the dimensions that are normalized together. */
  readonly normalizedShape: Shape;
  /** What is added to the variance. */
  readonly eps: number;
  /** Whether there are a weight and a bias. */
  readonly elementwiseAffine: boolean;
  /** The factors, in `normalizedShape`; null with `elementwiseAffine: false`. */
  weight: Parameter | null;
  /** What is added, in `normalizedShape`; null with `elementwiseAffine: false` or `bias: false`. */
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const { eps, elementwiseAffine, bias, dtype } = withDefaults("LayerNorm", options, {
      eps: 1e-5,
      elementwiseAffine: true,
      bias: true,
      dtype: undefined,
    });
    this.normalizedShape = shapeFrom(normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this);
  }

  override extraRepr(): string {
    return `${showShape(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.elementwiseAffine}`;
  }
}

/** Options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square; null takes the epsilon of the input's dtype. Default null. */
  eps?: number | null;
  /** Learn a weight for each element. Default true. */
  elementwiseAffine?: boolean;
  /** The dtype of the weight. Default float32. */
  dtype?: DType;
}

/**
 * Normalization by the root mean square: y = x / √(mean(x²) + eps) · weight over the last dimensions of each example. As
 * `torch.nn.RMSNorm`. Zhang and Sennrich, NeurIPS 2019.
 *
 * Input [..., *normalizedShape], result of the same shape; a number stands for one dimension. `weight` starts at one.
 *
 * @throws ChainruleError in a call `shape` for an input that does not end in `normalizedShape`
 *
 * @example
 * const norm = new nn.RMSNorm(2);
 * norm(tensor([[3, 4], [30, 40]])); // → tensor([[0.8485, 1.1314], [0.8485, 1.1314]], gradFn=<mul>)
 */
export class RMSNorm extends WidthKeeper {
  static override readonly name: string = "RMSNorm";
  /** The sizes of the dimensions that are normalized together. */
  readonly normalizedShape: Shape;
  /** What is added to the mean square; null for the epsilon of the input's dtype. */
  readonly eps: number | null;
  /** Whether there is a weight. */
  readonly elementwiseAffine: boolean;
  /** The factors, in `normalizedShape`; null with `elementwiseAffine: false`. */
  weight: Parameter | null;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    super();
    const { eps, elementwiseAffine, dtype } = withDefaults("RMSNorm", options, {
      eps: null,
      elementwiseAffine: true,
      dtype: undefined,
    });
    this.normalizedShape = shapeFrom(normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this);
  }

  override extraRepr(): string {
    return `${showShape(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.elementwiseAffine}`;
  }
}
