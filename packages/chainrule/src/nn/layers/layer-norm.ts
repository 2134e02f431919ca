import { type DType, ones, type Shape, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { layerNorm, rmsNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";

export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each element. Default true. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
}

const shapeFrom = (normalizedShape: number | Shape): Shape =>
  typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;

/**
 * Layer normalization: y = (x − mean) / √(var + eps) · weight + bias over the last dimensions of each example. Ba et al., 2016.
 *
 * Input [..., *normalizedShape], result of the same shape; a number stands for one dimension. `weight` and `bias` have
 * `normalizedShape` and start at one and zero.
 */
export class LayerNorm extends WidthKeeper {
  static override readonly name: string = "LayerNorm";
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype } = options;
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

export interface RMSNormOptions {
  /** Added to the mean square; null takes the epsilon of the input's dtype. Default null. */
  eps?: number | null;
  /** Learn a weight for each element. Default true. */
  elementwiseAffine?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/**
 * Normalization by the root mean square: y = x / √(mean(x²) + eps) · weight over the last dimensions of each example. Zhang and
 * Sennrich, NeurIPS 2019.
 *
 * Input [..., *normalizedShape], result of the same shape; a number stands for one dimension. `weight` starts at one.
 */
export class RMSNorm extends WidthKeeper {
  static override readonly name: string = "RMSNorm";
  readonly normalizedShape: Shape;
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    super();
    const { eps = null, elementwiseAffine = true, dtype } = options;
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
