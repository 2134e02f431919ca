import { type DType, noGrad, ones, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { withDefaults } from "../../util/options.ts";
import { counted } from "../../util/wording.ts";
import { batchNorm } from "../functional/normalization.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";
import { checkSizes } from "./setting.ts";

/** Options of {@link BatchNorm1d}. */
export interface BatchNorm1dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Share of a batch in the new running moments; null averages over all batches so far. Default 0.1. */
  momentum?: number | null;
  /** Learn a weight and a bias for each feature. Default true. */
  affine?: boolean;
  /** Keep running moments for evaluation. Default true; otherwise the batch's own are used there too. */
  trackRunningStats?: boolean;
  /** The dtype of parameters and running moments. Default float32. */
  dtype?: DType;
}

const PYTORCH_KEYS: Readonly<Record<string, string>> = {
  runningMean: "running_mean",
  runningVar: "running_var",
  numBatchesTracked: "num_batches_tracked",
};

/**
 * Batch normalization: y = (x − mean) / √(var + eps) · weight + bias for each feature. As `torch.nn.BatchNorm1d`. Ioffe and
 * Szegedy, ICML 2015.
 *
 * Input [N, numFeatures] or [N, numFeatures, L], result of the same shape. In training, mean and variance are those of the
 * batch, and `runningMean` and `runningVar` (divided by the count − 1) move towards them; in evaluation the running ones are
 * used. `weight` starts at one, `bias` at zero. State keys are PyTorch's (`running_mean`, `num_batches_tracked`).
 *
 * @example
 * const norm = new nn.BatchNorm1d(1);
 * const x = tensor([[1], [3]]);
 * norm(x); // → tensor([[-1.0000], [1.0000]], gradFn=<add>)
 * norm.runningMean; // → tensor([0.2000])
 * norm.eval()(x); // → tensor([[0.7628], [2.6697]], gradFn=<add>)
 */
export class BatchNorm1d extends WidthKeeper {
  static override readonly name: string = "BatchNorm1d";
  /** How many features are normalized, each by itself. */
  readonly numFeatures: number;
  /** What is added to the variance. */
  readonly eps: number;
  /** Share of a batch in the new running moments; null for the average over all batches so far. */
  readonly momentum: number | null;
  /** Whether there are a weight and a bias. */
  readonly affine: boolean;
  /** Whether there are running moments. */
  readonly trackRunningStats: boolean;
  /** The factors, [numFeatures]; null with `affine: false`. */
  weight: Parameter | null;
  /** What is added, [numFeatures]; null with `affine: false`. */
  bias: Parameter | null;
  /** The means that evaluation uses, [numFeatures]; null with `trackRunningStats: false`. */
  runningMean: Tensor | null;
  /** The variances that evaluation uses, [numFeatures]; null with `trackRunningStats: false`. */
  runningVar: Tensor | null;
  /** How many batches the running moments have seen, int32 []; null with `trackRunningStats: false`. */
  numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    super();
    const { eps, momentum, affine, trackRunningStats, dtype } = withDefaults("BatchNorm1d", options, {
      eps: 1e-5,
      momentum: 0.1,
      affine: true,
      trackRunningStats: true,
      dtype: undefined,
    });
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

  /**
   * @throws ChainruleError `shape` for an input that is not [N, numFeatures] or [N, numFeatures, L], or in training has one value
   *   for each feature
   */
  override forward(x: Tensor): Tensor {
    const hasRank = x.ndim === 2 || x.ndim === 3;
    if (!hasRank || x.shape[1] !== this.numFeatures) {
      throw new ChainruleError(
        "shape",
        `An input of shape ${showShape(x.shape)} does not have ${hasRank ? counted(this.numFeatures, "feature") : "2 or 3 dimensions"}.`,
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
