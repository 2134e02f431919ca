/** The losses as modules: `new nn.MSELoss()(input, target)`. Options are those of the functions, tensors among them buffers. */
import { Tensor } from "../../tensor/index.ts";
import { Module } from "../module/module.ts";
import {
  type BinaryOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  binaryNames,
  hingeEmbeddingLoss,
  logitsNames,
  softMarginLoss,
} from "./binary.ts";
import {
  type ClassOptions,
  type CrossEntropyOptions,
  classNames,
  crossEntropy,
  crossEntropyNames,
  type MultiMarginOptions,
  multiMarginLoss,
  multiMarginNames,
  nllLoss,
} from "./classes.ts";
import {
  cosineEmbeddingLoss,
  marginRankingLoss,
  type TripletOptions,
  tripletMarginLoss,
  tripletNames,
} from "./distance.ts";
import {
  type GaussianNLLOptions,
  gaussianNames,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  klDivNames,
  type PoissonNLLOptions,
  poissonNames,
  poissonNllLoss,
} from "./likelihood.ts";
import { checkLossOptions, marginNames, type ReductionOption, reductionNames } from "./reduction.ts";
import { huberLoss, huberNames, l1Loss, mseLoss, smoothL1Loss, smoothL1Names } from "./regression.ts";

/** Base of the losses: holds the options, with their tensors as buffers, so that `to(dtype)` and state dictionaries know them. */
abstract class Loss<O extends KLDivOptions | ReductionOption> extends Module {
  /** The names of the options that there are. */
  protected static readonly takes: object = reductionNames;
  /** The options that the loss was made with. */
  readonly given: O;
  private readonly tensors: (keyof O & string)[] = [];

  constructor(options: O = {} as O) {
    super();
    const { name, takes } = this.constructor as typeof Loss;
    checkLossOptions(name, options, takes);
    this.given = options;
    for (const name of Object.keys(options) as (keyof O & string)[]) {
      const value = options[name];
      if (!(value instanceof Tensor)) continue;
      this.registerBuffer(name, value);
      this.tensors.push(name);
    }
  }

  /** What becomes of the losses of the elements. */
  get reduction(): NonNullable<KLDivOptions["reduction"]> {
    return this.given.reduction ?? "mean";
  }

  /** The options, with the tensors as they are now. */
  protected get options(): O {
    if (this.tensors.length === 0) return this.given;
    const own = this as unknown as O;
    return { ...this.given, ...Object.fromEntries(this.tensors.map((name) => [name, own[name]])) };
  }
}

/**
 * Mean squared error, ℓ = (x − t)². As `torch.nn.MSELoss`; shapes and errors as {@link functional.mseLoss}. Options: reduction
 * ("mean").
 *
 * @example
 * const loss = new nn.MSELoss();
 * loss(tensor([[1], [2], [4]]), tensor([[1], [2], [7]])); // → tensor(3.)
 * loss(zeros([3, 1]), zeros([3])); // throws shape: …broadcasting would pair all rows with all rows
 */
export class MSELoss extends Loss<ReductionOption> {
  static override readonly name: string = "MSELoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/**
 * Mean absolute error, ℓ = |x − t|. As `torch.nn.L1Loss`; shapes and errors as {@link functional.l1Loss}. Options: reduction
 * ("mean").
 *
 * @example
 * const loss = new nn.L1Loss({ reduction: "sum" });
 * loss(tensor([1, 2, 4]), tensor([1, 0, 7])); // → tensor(5.)
 */
export class L1Loss extends Loss<ReductionOption> {
  static override readonly name: string = "L1Loss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/**
 * With d = x − t, ½ d² / β while |d| < β, then |d| − ½ β. As `torch.nn.SmoothL1Loss`; shapes and errors as
 * {@link functional.smoothL1Loss}. Options: beta (1), reduction ("mean"). Girshick, ICCV 2015.
 *
 * @example
 * const loss = new nn.SmoothL1Loss({ beta: 2, reduction: "none" });
 * loss(tensor([0.5, 10]), zeros([2])); // → tensor([0.0625, 9.0000])
 */
export class SmoothL1Loss extends Loss<ReductionOption & { beta?: number }> {
  static override readonly name: string = "SmoothL1Loss";
  protected static override readonly takes = smoothL1Names;

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/**
 * With d = x − t, ½ d² while |d| ≤ δ, then δ (|d| − ½ δ). As `torch.nn.HuberLoss`; shapes and errors as
 * {@link functional.huberLoss}. Options: delta (1), reduction ("mean"). Huber, Ann. Math. Statist. 1964.
 *
 * @example
 * const loss = new nn.HuberLoss({ delta: 2, reduction: "none" });
 * loss(tensor([0.5, 10]), zeros([2])); // → tensor([0.1250, 18.0000])
 */
export class HuberLoss extends Loss<ReductionOption & { delta?: number }> {
  static override readonly name: string = "HuberLoss";
  protected static override readonly takes = huberNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/**
 * Cross-entropy on logits [n, classes], with class indices (int32 [n]) or probabilities as targets. As
 * `torch.nn.CrossEntropyLoss`; shapes and errors as {@link functional.crossEntropy}. Options: weight (one for each class; none),
 * ignoreIndex (−100), labelSmoothing (0), reduction ("mean").
 *
 * @example
 * const loss = new nn.CrossEntropyLoss();
 * const logits = tensor([[2, 0, 0], [0, 0, 5]]);
 * loss(logits, tensor([0, 2], { dtype: "int32" })); // → tensor(0.1265)
 * loss(logits, tensor([0, 3], { dtype: "int32" })); // throws index: …The label 3 of row 1
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  static override readonly name: string = "CrossEntropyLoss";
  protected static override readonly takes = crossEntropyNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/**
 * Negative log-likelihood of classes, on logarithms of probabilities [n, classes]. As `torch.nn.NLLLoss`; shapes and errors as
 * {@link functional.nllLoss}. Options: weight (one for each class; none), ignoreIndex (−100), reduction ("mean").
 *
 * @example
 * const loss = new nn.NLLLoss({ weight: tensor([1, 3]) });
 * const logProbs = tensor([[0.5, 0.5], [0.75, 0.25]]).log();
 * loss(logProbs, tensor([0, 1], { dtype: "int32" })); // → tensor(1.2130)
 */
export class NLLLoss extends Loss<ClassOptions> {
  static override readonly name: string = "NLLLoss";
  protected static override readonly takes = classNames;

  override forward(logProbs: Tensor, target: Tensor): Tensor {
    return nllLoss(logProbs, target, this.options);
  }
}

/**
 * Hinge loss for classes. As `torch.nn.MultiMarginLoss`; shapes and errors as {@link functional.multiMarginLoss}. Options: p (1),
 * margin (1), weight (one for each class; none), reduction ("mean").
 *
 * @example
 * const loss = new nn.MultiMarginLoss();
 * loss(tensor([[3, 1, 2.5]]), tensor([0], { dtype: "int32" })); // → tensor(0.1667)
 */
export class MultiMarginLoss extends Loss<MultiMarginOptions> {
  static override readonly name: string = "MultiMarginLoss";
  protected static override readonly takes = multiMarginNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/**
 * Binary cross-entropy of probabilities. As `torch.nn.BCELoss`; shapes and errors as {@link functional.binaryCrossEntropy}.
 * Options: weight (none), reduction ("mean").
 *
 * @example
 * const loss = new nn.BCELoss();
 * loss(tensor([0.9, 0.2]), tensor([1, 0])); // → tensor(0.1643)
 */
export class BCELoss extends Loss<BinaryOptions> {
  static override readonly name: string = "BCELoss";
  protected static override readonly takes = binaryNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/**
 * Binary cross-entropy on logits. As `torch.nn.BCEWithLogitsLoss`; shapes and errors as
 * {@link functional.binaryCrossEntropyWithLogits}. Options: weight (none), posWeight (none), reduction ("mean").
 *
 * @example
 * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor(3), reduction: "none" });
 * loss(tensor([0, 0]), tensor([1, 0])); // → tensor([2.0794, 0.6931])
 */
export class BCEWithLogitsLoss extends Loss<BinaryOptions & { posWeight?: Tensor | null }> {
  static override readonly name: string = "BCEWithLogitsLoss";
  protected static override readonly takes = logitsNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }

  protected override stateKey(field: string): string {
    return field === "posWeight" ? "pos_weight" : field;
  }
}

/**
 * Logistic loss for targets −1 and 1. As `torch.nn.SoftMarginLoss`; shapes and errors as {@link functional.softMarginLoss}.
 * Options: reduction ("mean").
 *
 * @example
 * const loss = new nn.SoftMarginLoss({ reduction: "none" });
 * loss(tensor([0, 2, -2]), tensor([1, 1, 1])); // → tensor([0.6931, 0.1269, 2.1269])
 */
export class SoftMarginLoss extends Loss<ReductionOption> {
  static override readonly name: string = "SoftMarginLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/**
 * For distances with targets 1 and −1. As `torch.nn.HingeEmbeddingLoss`; shapes and errors as
 * {@link functional.hingeEmbeddingLoss}. Options: margin (1), reduction ("mean").
 *
 * @example
 * const loss = new nn.HingeEmbeddingLoss({ margin: 2, reduction: "none" });
 * loss(tensor([0.5, 0.5, 3]), tensor([1, -1, -1])); // → tensor([0.5000, 1.5000, 0.0000])
 */
export class HingeEmbeddingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "HingeEmbeddingLoss";
  protected static override readonly takes = marginNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/**
 * Kullback–Leibler divergence, of an input of logarithms from a target of probabilities. As `torch.nn.KLDivLoss`; shapes and errors
 * as {@link functional.klDiv}. Options: reduction ("mean"; also "batchmean"), logTarget (false).
 *
 * @example
 * const loss = new nn.KLDivLoss({ reduction: "batchmean" });
 * loss(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]])); // → tensor(0.6931)
 */
export class KLDivLoss extends Loss<KLDivOptions> {
  static override readonly name: string = "KLDivLoss";
  protected static override readonly takes = klDivNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/**
 * Negative log-likelihood of counts. As `torch.nn.PoissonNLLLoss`; shapes and errors as {@link functional.poissonNllLoss}. Options:
 * logInput (true), full (false), eps (1e-8), reduction ("mean").
 *
 * @example
 * const loss = new nn.PoissonNLLLoss();
 * loss(tensor([3]).log(), tensor([3])); // → tensor(-0.2958)
 * loss(tensor([5]).log(), tensor([3])); // → tensor(0.1717)
 */
export class PoissonNLLLoss extends Loss<PoissonNLLOptions> {
  static override readonly name: string = "PoissonNLLLoss";
  protected static override readonly takes = poissonNames;

  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/**
 * Negative log-likelihood under normal distributions of given variance. As `torch.nn.GaussianNLLLoss`; shapes and errors as
 * {@link functional.gaussianNllLoss}. Options: full (false), eps (1e-6), reduction ("mean"). Nix and Weigend, ICNN 1994.
 *
 * @example
 * const loss = new nn.GaussianNLLLoss();
 * const [mean, target] = [zeros([2, 1]), tensor([[2], [2]])];
 * loss(mean, target, full([2, 1], 1)); // → tensor(2.)
 * loss(mean, target, full([2, 1], 4)); // → tensor(1.1931)
 */
export class GaussianNLLLoss extends Loss<GaussianNLLOptions> {
  static override readonly name: string = "GaussianNLLLoss";
  protected static override readonly takes = gaussianNames;

  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/**
 * For pairs with targets 1 (alike) and −1 (not), by their angle. As `torch.nn.CosineEmbeddingLoss`; shapes and errors as
 * {@link functional.cosineEmbeddingLoss}. Options: margin (0), reduction ("mean").
 *
 * @example
 * const loss = new nn.CosineEmbeddingLoss({ reduction: "none" });
 * const [x, y] = [tensor([[1, 0], [1, 0]]), tensor([[0, 1], [2, 0]])];
 * loss(x, y, tensor([1, -1])); // → tensor([1., 1.])
 */
export class CosineEmbeddingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "CosineEmbeddingLoss";
  protected static override readonly takes = marginNames;

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/**
 * For pairs of which the first should rank higher (1) or lower (−1). As `torch.nn.MarginRankingLoss`; shapes and errors as
 * {@link functional.marginRankingLoss}. Options: margin (0), reduction ("mean").
 *
 * @example
 * const loss = new nn.MarginRankingLoss({ margin: 1, reduction: "none" });
 * loss(tensor([3, 3]), tensor([1, 5]), tensor([1, 1])); // → tensor([0., 3.])
 */
export class MarginRankingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "MarginRankingLoss";
  protected static override readonly takes = marginNames;

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/**
 * For triplets of anchor, positive and negative. As `torch.nn.TripletMarginLoss`; shapes and errors as
 * {@link functional.tripletMarginLoss}. Options: margin (1), p (2), eps (1e-6), swap (false), reduction ("mean"). Balntas et al.,
 * BMVC 2016.
 *
 * @example
 * const loss = new nn.TripletMarginLoss();
 * const [anchor, positive] = [zeros([1, 2]), tensor([[3, 4]])];
 * loss(anchor, positive, tensor([[5, 0]])); // → tensor(1.0000)
 * loss(anchor, positive, tensor([[8, 0]])); // → tensor(0.)
 */
export class TripletMarginLoss extends Loss<TripletOptions> {
  static override readonly name: string = "TripletMarginLoss";
  protected static override readonly takes = tripletNames;

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}
