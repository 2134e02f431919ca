import { type DType, ones, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { withDefaults } from "../../util/options.ts";
import { counted } from "../../util/wording.ts";
import { groupNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";
import { checkSizes } from "./setting.ts";

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a weight and a bias for each channel. Default true. */
  affine?: boolean;
  /** The dtype of the parameters. Default float32. */
  dtype?: DType;
}

/**
 * Group normalization: y = (x − mean) / √(var + eps) · weight + bias over groups of channels of each example. As
 * `torch.nn.GroupNorm`. Wu and He, ECCV 2018.
 *
 * Input [N, numChannels, ...], result of the same shape. `weight` and `bias` [numChannels] start at one and zero.
 *
 * @throws ChainruleError `argument` for sizes that are not whole, or when the channels do not make so many equal groups
 *
 * @example
 * const norm = new nn.GroupNorm(2, 4);
 * norm(tensor([[1, 2, 30, 40]])); // → tensor([[-1.0000, 1.0000, -1.0000, 1.0000]], gradFn=<add>)
 */
export class GroupNorm extends WidthKeeper {
  static override readonly name: string = "GroupNorm";
  /** Into how many groups the channels are split. */
  readonly numGroups: number;
  /** How many channels the input has. */
  readonly numChannels: number;
  /** What is added to the variance. */
  readonly eps: number;
  /** Whether there are a weight and a bias. */
  readonly affine: boolean;
  /** The factors, [numChannels]; null with `affine: false`. */
  weight: Parameter | null;
  /** What is added, [numChannels]; null with `affine: false`. */
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    const all = { eps: 1e-5, affine: true, dtype: undefined };
    const { eps, affine, dtype } = withDefaults("GroupNorm", options, all);
    checkSizes("GroupNorm", { numGroups, numChannels });
    if (numGroups === 0 || numChannels % numGroups !== 0) {
      throw new ChainruleError(
        "argument",
        `GroupNorm was given ${counted(numChannels, "channel")}, which cannot make ${counted(numGroups, "equal group")}.`,
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

  /** @throws ChainruleError `shape` for an input that is not [N, numChannels, ...] */
  override forward(x: Tensor): Tensor {
    if (x.shape[1] !== this.numChannels) {
      throw new ChainruleError(
        "shape",
        `An input of shape ${showShape(x.shape)} does not have ${counted(this.numChannels, "channel")}.`,
        `Give [N, ${this.numChannels}, ...].`,
      );
    }
    return groupNorm(x, this.numGroups, this);
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.affine}`;
  }
}
