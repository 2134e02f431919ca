/** The losses as modules: `new nn.MSELoss()(input, target)`. Options are those of the functions, tensors among them buffers. */
import { Tensor } from "../../tensor/index.ts";
import { Module } from "../module/module.ts";
import {
  type BinaryOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  hingeEmbeddingLoss,
  softMarginLoss,
} from "./binary.ts";
import {
  type ClassOptions,
  type CrossEntropyOptions,
  crossEntropy,
  type MultiMarginOptions,
  multiMarginLoss,
  nllLoss,
} from "./classes.ts";
import {
  cosineEmbeddingLoss,
  marginRankingLoss,
  type TripletOptions,
  tripletMarginLoss,
} from "./distance.ts";
import {
  type GaussianNLLOptions,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  type PoissonNLLOptions,
  poissonNllLoss,
} from "./likelihood.ts";
import type { ReductionOption } from "./reduction.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./regression.ts";

/** Base of the losses: holds the options, with their tensors as buffers, so that `to(dtype)` and state dictionaries know them. */
abstract class Loss<O extends object> extends Module {
  /** The options that the loss was made with. */
  readonly given: O;
  private readonly tensors: (keyof O & string)[] = [];

  constructor(options: O = {} as O) {
    super();
    this.given = options;
    for (const name of Object.keys(options) as (keyof O & string)[]) {
      const value = options[name];
      if (!(value instanceof Tensor)) continue;
      this.registerBuffer(name, value);
      this.tensors.push(name);
    }
  }

  /** The options, with the tensors as they are now. */
  protected get options(): O {
    if (this.tensors.length === 0) return this.given;
    const own = this as unknown as O;
    return { ...this.given, ...Object.fromEntries(this.tensors.map((name) => [name, own[name]])) };
  }
}

/** Mean squared error, ℓ = (x − t)². Default reduction "mean". */
export class MSELoss extends Loss<ReductionOption> {
  static override readonly name: string = "MSELoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Mean absolute error, ℓ = |x − t|. */
export class L1Loss extends Loss<ReductionOption> {
  static override readonly name: string = "L1Loss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** ½ d² / β while |d| < β, then |d| − ½ β. Default beta 1. */
export class SmoothL1Loss extends Loss<ReductionOption & { beta?: number }> {
  static override readonly name: string = "SmoothL1Loss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** ½ d² while |d| ≤ δ, then δ (|d| − ½ δ). Default delta 1. */
export class HuberLoss extends Loss<ReductionOption & { delta?: number }> {
  static override readonly name: string = "HuberLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/**
 * Cross-entropy on logits [n, classes], with class indices (int32 [n]) or probabilities as targets. Options: weight,
 * ignoreIndex (−100), labelSmoothing (0), reduction.
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  static override readonly name: string = "CrossEntropyLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/** Negative log-likelihood of classes, on logarithms of probabilities. Options: weight, ignoreIndex (−100), reduction. */
export class NLLLoss extends Loss<ClassOptions> {
  static override readonly name: string = "NLLLoss";

  override forward(logProbs: Tensor, target: Tensor): Tensor {
    return nllLoss(logProbs, target, this.options);
  }
}

/** Hinge loss for classes. Options: p (1), margin (1), weight, reduction. */
export class MultiMarginLoss extends Loss<MultiMarginOptions> {
  static override readonly name: string = "MultiMarginLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/** Binary cross-entropy of probabilities. Options: weight, reduction. */
export class BCELoss extends Loss<BinaryOptions> {
  static override readonly name: string = "BCELoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/** Binary cross-entropy on logits. Options: weight, posWeight, reduction. */
export class BCEWithLogitsLoss extends Loss<BinaryOptions & { posWeight?: Tensor | null }> {
  static override readonly name: string = "BCEWithLogitsLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }

  protected override stateKey(field: string): string {
    return field === "posWeight" ? "pos_weight" : field;
  }
}

/** Logistic loss for targets −1 and 1. */
export class SoftMarginLoss extends Loss<ReductionOption> {
  static override readonly name: string = "SoftMarginLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** For distances with targets 1 and −1. Options: margin (1), reduction. */
export class HingeEmbeddingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "HingeEmbeddingLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** Kullback–Leibler divergence. Options: reduction (also "batchmean"), logTarget (false). */
export class KLDivLoss extends Loss<KLDivOptions> {
  static override readonly name: string = "KLDivLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** Negative log-likelihood of counts. Options: logInput (true), full (false), eps (1e-8), reduction. */
export class PoissonNLLLoss extends Loss<PoissonNLLOptions> {
  static override readonly name: string = "PoissonNLLLoss";

  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Negative log-likelihood under normal distributions of given variance. Options: full (false), eps (1e-6), reduction. */
export class GaussianNLLLoss extends Loss<GaussianNLLOptions> {
  static override readonly name: string = "GaussianNLLLoss";

  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** For pairs with targets 1 (alike) and −1 (not), by their angle. Options: margin (0), reduction. */
export class CosineEmbeddingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "CosineEmbeddingLoss";

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** For pairs of which one should rank higher. Options: margin (0), reduction. */
export class MarginRankingLoss extends Loss<ReductionOption & { margin?: number }> {
  static override readonly name: string = "MarginRankingLoss";

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** For triplets of anchor, positive and negative. Options: margin (1), p (2), eps (1e-6), swap (false), reduction. */
export class TripletMarginLoss extends Loss<TripletOptions> {
  static override readonly name: string = "TripletMarginLoss";

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}
