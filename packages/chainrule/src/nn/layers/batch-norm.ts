import { type DType, noGrad, ones, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { batchNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";
import { checkSizes } from "./linear.ts";

export interface BatchNorm1dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Share of a batch in the new running moments; null averages over all batches so far. Default 0.1. */
  momentum?: number | null;
  /** Learn a weight and a bias for each feature. Default true. */
  affine?: boolean;
  /** Keep running moments for evaluation. Default true; otherwise the batch's own are used there too. */
  trackRunningStats?: boolean;
  /** Default float32. */
  dtype?: DType;
}

const PYTORCH_KEYS: Readonly<Record<string, string>> = {
  runningMean: "running_mean",
  runningVar: "running_var",
  numBatchesTracked: "num_batches_tracked",
};

/**
 * Batch normalization: y = (x − mean) / √(var + eps) · weight + bias for each feature. Ioffe and Szegedy, ICML 2015.
 *
 * Input [N, numFeatures] or [N, numFeatures, L], result of the same shape. In training, mean and variance are those of the
 * batch, and `runningMean` and `runningVar` (divided by the count − 1) move towards them; in evaluation the running ones are
 * used. `weight` starts at one, `bias` at zero. State keys are PyTorch's (`running_mean`, `num_batches_tracked`).
 */
export class BatchNorm1d extends WidthKeeper {
  static override readonly name: string = "BatchNorm1d";
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  runningMean: Tensor | null;
  runningVar: Tensor | null;
  /** How many batches the running moments have seen, int32 []. */
  numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype } = options;
    checkSizes("BatchNorm1d", { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    const size = [numFeatures];
    this.weight = affine ? new Parameter(ones(size, { dtype })) : null;
    this.bias = affine ? new Parameter(zeros(size, { dtype })) : null;
    const track = trackRunningStats;
    this.runningMean = this.registerBuffer("runningMean", track ? zeros(size, { dtype }) : null);
    this.runningVar = this.registerBuffer("runningVar", track ? ones(size, { dtype }) : null);
    this.numBatchesTracked = this.registerBuffer(
      "numBatchesTracked",
      track ? zeros([], { dtype: "int32" }) : null,
    );
  }

  /** Forgets what was seen: mean 0, variance 1, no batches. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.fill_(0);
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.fill_(0);
    });
  }

  /** Forgets what was seen and learned. */
  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      this.weight?.fill_(1);
      this.bias?.fill_(0);
    });
  }

  override forward(x: Tensor): Tensor {
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[1] !== this.numFeatures) {
      throw new ChainruleError(
        "shape",
        `An input of shape ${showShape(x.shape)} does not have ${this.numFeatures} features.`,
        `Give [N, ${this.numFeatures}] or [N, ${this.numFeatures}, L].`,
      );
    }
    const { numBatchesTracked: seen } = this;
    if (this.training && seen) noGrad(() => seen.add_(1));
    return batchNorm(x, this.runningMean, this.runningVar, {
      weight: this.weight,
      bias: this.bias,
      training: this.training || !this.trackRunningStats,
      // The average over all batches so far, by a tensor: its value must not be read while a program is recorded.
      momentum: this.momentum ?? seen?.to(x.dtype).reciprocal() ?? 0,
      eps: this.eps,
    });
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }

  protected override stateKey(field: string): string {
    return PYTORCH_KEYS[field] ?? field;
  }
}
