/** Relatives of Adam: Adamax, NAdam, RAdam. They share its averages and differ in the step that they take. */

import type { Tensor } from "../tensor/index.ts";
import { withDefaults } from "../util/options.ts";
import { powerOf } from "../util/power.ts";
import {
  average,
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

interface MomentOptions extends CommonOptions {
  /** Decay rates β₁ and β₂ of the averages. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Keeps the denominator away from zero. Default 1e-8. */
  eps: number;
}

const momentDefaults = { betas: [0.9, 0.999] as const, eps: 1e-8, weightDecay: 0, maximize: false };

function checkMoments(group: MomentOptions): void {
  checkBetas(group.betas);
  checkRange("eps", group.eps, 0);
}

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends MomentOptions {}

/**
 * Adamax, as `torch.optim.Adamax`: u ← max(β₂ u, |g| + ε), w ← w − η m̂ / u. Kingma and Ba, ICLR 2015, section 7.1.
 *
 * Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8.
 *
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.Adamax([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([ 0.9980, -1.9980])
 * optimizer.state.get(w)?.expInf; // → tensor([2., 4.])
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super(params, withDefaults("Adamax", options, { lr: 2e-3, ...momentDefaults }));
  }

  protected check(group: ParamGroup<AdamaxOptions>): void {
    checkMoments(group);
  }

  protected initialState(p: Tensor): Omit<ParamState, "step"> {
    return { expAvg: zerosFor(p), expInf: zerosFor(p) };
  }

  protected coefficients(
    { lr, betas: [beta1, beta2], eps }: ParamGroup<AdamaxOptions>,
    { step }: ParamState,
  ): Coefficients {
    return { beta1, fresh1: 1 - beta1, beta2, eps, descent: -lr / (1 - powerOf(beta1, step)) };
  }

  protected update(p: Tensor, gradient: Tensor, state: ParamState, c: LiveCoefficients): void {
    const m = average(state, "expAvg").mul_(c.beta1).add_(gradient, { alpha: c.fresh1 });
    const u = average(state, "expInf").mul_(c.beta2);
    u.copy_(u.maximum(gradient.abs().add_(c.eps)));
    p.addcdiv_(m, u, { value: c.descent });
  }
}

interface DecouplingOptions extends MomentOptions {
  /** Shrink weights directly by η λ w instead of through the gradient. Default false. */
  decoupledWeightDecay: boolean;
}

/** Options of {@link NAdam}. */
export interface NAdamOptions extends DecouplingOptions {
  /** How fast the momentum rises: ψ in μₜ = β₁ (1 − ½ · 0.96^(t ψ)). Default 4e-3. */
  momentumDecay: number;
}

/** What NAdam and RAdam have in common. */
abstract class MomentOptimizer<O extends DecouplingOptions> extends Optimizer<O> {
  protected check(group: ParamGroup<O>): void {
    checkMoments(group);
  }

  protected override decoupled(group: ParamGroup<O>): boolean {
    return group.decoupledWeightDecay;
  }

  protected initialState(p: Tensor): Omit<ParamState, "step"> {
    return { expAvg: zerosFor(p), expAvgSq: zerosFor(p) };
  }

  /** Shrinks the weights where decay is decoupled, and brings both averages up to date. */
  protected moments(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<O>,
  ): [Tensor, Tensor] {
    if (group.decoupledWeightDecay && group.weightDecay !== 0) p.mul_(c.shrink);
    return [
      average(state, "expAvg").mul_(c.beta1).add_(gradient, { alpha: c.fresh1 }),
      average(state, "expAvgSq").mul_(c.beta2).addcmul_(gradient, gradient, { value: c.fresh2 }),
    ];
  }

  protected common({ lr, weightDecay, betas: [beta1, beta2], eps }: ParamGroup<O>): Coefficients {
    return { shrink: 1 - lr * weightDecay, beta1, fresh1: 1 - beta1, beta2, fresh2: 1 - beta2, eps };
  }
}

/**
 * NAdam, as `torch.optim.NAdam`: Adam with Nesterov's look-ahead, and a momentum that rises over the steps. Dozat, ICLR workshop
 * 2016.
 *
 * Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8, momentumDecay 4e-3.
 *
 * @example
 * // As it looks ahead, its first step is a little longer than lr.
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.NAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([ 0.8944, -1.8944])
 */
export class NAdam extends MomentOptimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super(
      params,
      withDefaults("NAdam", options, {
        lr: 2e-3,
        ...momentDefaults,
        momentumDecay: 4e-3,
        decoupledWeightDecay: false,
      }),
    );
  }

  protected override check(group: ParamGroup<NAdamOptions>): void {
    super.check(group);
    checkRange("momentumDecay", group.momentumDecay, 0);
  }

  protected override initialState(p: Tensor): Omit<ParamState, "step"> {
    return { muProduct: 1, ...super.initialState(p) };
  }

  protected coefficients(group: ParamGroup<NAdamOptions>, state: ParamState): Coefficients {
    const { lr, betas, momentumDecay } = group;
    const { step } = state;
    // μₜ = β₁ (1 − ½ · 0.96^(t ψ)), and the product of all of them so far
    const mu = betas[0] * (1 - 0.5 * powerOf(0.96, step * momentumDecay));
    const next = betas[0] * (1 - 0.5 * powerOf(0.96, (step + 1) * momentumDecay));
    const product = Math.fround((state.muProduct as number) * mu); // PyTorch keeps it in float32
    state.muProduct = product;
    return {
      ...this.common(group),
      rescale: 1 / (1 - powerOf(betas[1], step)),
      alongGradient: (-lr * (1 - mu)) / (1 - product),
      alongMomentum: (-lr * next) / (1 - product * next),
    };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<NAdamOptions>,
  ): void {
    const [m, v] = this.moments(p, gradient, state, c, group);
    const denominator = v.mul(c.rescale).sqrt_().add_(c.eps);
    p.addcdiv_(gradient, denominator, { value: c.alongGradient });
    p.addcdiv_(m, denominator, { value: c.alongMomentum });
  }
}

/** Options of {@link RAdam}. */
export interface RAdamOptions extends DecouplingOptions {}

/**
 * RAdam, as `torch.optim.RAdam`: Adam whose first steps, while the variance of v is still unknown, follow the momentum alone. Liu
 * et al., ICLR 2020.
 *
 * Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8.
 *
 * @example
 * // The first five steps follow the momentum alone; the first one is lr · g.
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.RAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([ 0.8000, -1.6000])
 */
export class RAdam extends MomentOptimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(
      params,
      withDefaults("RAdam", options, { lr: 1e-3, ...momentDefaults, decoupledWeightDecay: false }),
    );
  }

  protected coefficients(group: ParamGroup<RAdamOptions>, { step }: ParamState): Coefficients {
    const [beta1, beta2] = group.betas;
    const correction2 = 1 - powerOf(beta2, step);
    const rhoInf = 2 / (1 - beta2) - 1;
    const rho = rhoInf - (2 * step * powerOf(beta2, step)) / correction2;
    const rectified = rho > 5;
    const rect = rectified
      ? Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho)) *
        Math.sqrt(correction2)
      : 0;
    // One of the two is zero: w ← w − η m̂ (rect/(√v + ε) + plain)
    return {
      ...this.common(group),
      rect,
      plain: rectified ? 0 : 1,
      descent: -group.lr / (1 - powerOf(beta1, step)),
    };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<RAdamOptions>,
  ): void {
    const [m, v] = this.moments(p, gradient, state, c, group);
    const scale = v.sqrt().add_(c.eps).reciprocal().mul_(c.rect).add_(c.plain);
    p.addcmul_(m, scale, { value: c.descent });
  }
}
