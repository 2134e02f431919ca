import { type DType, ones, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { groupNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";

export interface GroupNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each channel. Default true. */
  affine?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/**
 * Group normalization: y = (x − mean) / √(var + eps) · weight + bias over groups of channels of each example. Wu and He, ECCV
 * 2018.
 *
 * Input [N, numChannels, ...], result of the same shape. `weight` and `bias` [numChannels] start at one and zero.
 */
export class GroupNorm extends WidthKeeper {
  static override readonly name: string = "GroupNorm";
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    const { eps = 1e-5, affine = true, dtype } = options;
    if (!(numGroups >= 1) || numChannels % numGroups !== 0) {
      throw new ChainruleError(
        "argument",
        `${numChannels} channels do not make ${numGroups} equal groups.`,
        "Choose a number of groups that divides the number of channels.",
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([numChannels], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    if (x.shape[1] !== this.numChannels) {
      throw new ChainruleError(
        "shape",
        `An input of shape ${showShape(x.shape)} does not have ${this.numChannels} channels.`,
        `Give [N, ${this.numChannels}, ...].`,
      );
    }
    return groupNorm(x, this.numGroups, this);
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.affine}`;
  }
}
