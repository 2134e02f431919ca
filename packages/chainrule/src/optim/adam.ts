import type { Tensor } from "../tensor/index.ts";
import { withDefaults } from "../util/options.ts";
import { powerOf } from "../util/power.ts";
import {
  average,
  averageFromZero,
  type Coefficients,
  type CommonOptions,
  checkBetas,
  checkRange,
  type LiveCoefficients,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
  zerosFor,
} from "./optimizer.ts";

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends CommonOptions {
  /** Decay rates β₁ and β₂ of the averages of gradient and squared gradient. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Divide by the largest average so far (Reddi et al., ICLR 2018). Default false. */
  amsgrad: boolean;
  /** Shrink weights directly by η λ w instead of through the gradient. Default false; {@link AdamW} always does. */
  decoupledWeightDecay: boolean;
}

const adamDefaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
};

/**
 * Adam, as `torch.optim.Adam`: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η m̂ / (√v̂ + ε), where m̂ and v̂ undo the
 * start from zero. Kingma and Ba, ICLR 2015.
 *
 * Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8.
 *
 * @example
 * // The first step is as long as lr, whatever the gradient.
 * const w = tensor([1, -200], { requiresGrad: true });
 * const optimizer = new optim.Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([   0.9000, -199.9000])
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, withDefaults("Adam", options, adamDefaults));
  }

  protected check(group: ParamGroup<AdamOptions>): void {
    checkBetas(group.betas);
    checkRange("eps", group.eps, 0);
  }

  protected override decoupled(group: ParamGroup<AdamOptions>): boolean {
    return group.decoupledWeightDecay;
  }

  protected initialState(p: Tensor): Omit<ParamState, "step"> {
    return { expAvg: zerosFor(p), expAvgSq: zerosFor(p) };
  }

  protected coefficients(group: ParamGroup<AdamOptions>, { step }: ParamState): Coefficients {
    const [beta1, beta2] = group.betas;
    return {
      shrink: 1 - group.lr * group.weightDecay,
      beta1,
      fresh1: 1 - beta1,
      beta2,
      fresh2: 1 - beta2,
      rescale: 1 / Math.sqrt(1 - powerOf(beta2, step)),
      eps: group.eps,
      descent: -group.lr / (1 - powerOf(beta1, step)),
    };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<AdamOptions>,
  ): void {
    if (group.decoupledWeightDecay && group.weightDecay !== 0) p.mul_(c.shrink);
    const m = average(state, "expAvg").mul_(c.beta1).add_(gradient, { alpha: c.fresh1 });
    const v = average(state, "expAvgSq").mul_(c.beta2).addcmul_(gradient, gradient, { value: c.fresh2 });
    let second = v;
    if (group.amsgrad) {
      const largest = averageFromZero(state, "maxExpAvgSq", p);
      second = largest.copy_(largest.maximum(v));
    }
    const denominator = second.sqrt().mul_(c.rescale).add_(c.eps);
    p.addcdiv_(m, denominator, { value: c.descent });
  }
}

/**
 * Adam with decoupled weight decay, as `torch.optim.AdamW`: w ← w − η λ w beside Adam's step. Loshchilov and Hutter, ICLR 2019.
 *
 * Defaults: as {@link Adam}, weightDecay 0.01.
 *
 * @example
 * // No decay of biases.
 * const weights = [tensor([[1, 2]], { requiresGrad: true })];
 * const biases = [tensor([0], { requiresGrad: true })];
 * const optimizer = new optim.AdamW([{ params: weights }, { params: biases, weightDecay: 0 }]);
 * optimizer.paramGroups.map((group) => group.weightDecay); // → [0.01, 0]
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const all = withDefaults("AdamW", options, { ...adamDefaults, weightDecay: 0.01 });
    super(params, { ...all, decoupledWeightDecay: true });
  }
}
