/** Optimizers that scale each weight's step by the size of its past gradients: RMSprop, Adagrad, Adadelta. */
import { fullLike, type Tensor } from "../tensor/index.ts";
import { withDefaults } from "../util/options.ts";
import {
  average,
  averageFromZero,
  type Coefficients,
  type CommonOptions,
  checkRange,
  type LiveCoefficients,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
  zerosFor,
} from "./optimizer.ts";

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends CommonOptions {
  /** Decay rate α of the average of squared gradients. Default 0.99. */
  alpha: number;
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Share of the last direction that is kept. Default 0. */
  momentum: number;
  /** Divide by the standard deviation of the gradient rather than by its root mean square. Default false. */
  centered: boolean;
}

/**
 * RMSprop, as `torch.optim.RMSprop`: v ← α v + (1 − α) g², w ← w − η g / (√v + ε). Hinton, lecture 6 of his course, 2012.
 *
 * Defaults: lr 1e-2, alpha 0.99, eps 1e-8.
 *
 * @example
 * // v starts at zero, so the first step is lr / √(1 − alpha), ten times lr.
 * const w = tensor([1, -200], { requiresGrad: true });
 * const optimizer = new optim.RMSprop([w], { lr: 0.01 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([   0.9000, -199.9000])
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(
      params,
      withDefaults("RMSprop", options, {
        lr: 1e-2,
        alpha: 0.99,
        eps: 1e-8,
        weightDecay: 0,
        momentum: 0,
        centered: false,
        maximize: false,
      }),
    );
  }

  protected check(group: ParamGroup<RMSpropOptions>): void {
    checkRange("alpha", group.alpha, 0);
    checkRange("eps", group.eps, 0);
    checkRange("momentum", group.momentum, 0);
  }

  protected initialState(p: Tensor): Omit<ParamState, "step"> {
    return { squareAvg: zerosFor(p) };
  }

  protected coefficients({ lr, alpha, eps, momentum }: ParamGroup<RMSpropOptions>): Coefficients {
    return { alpha, fresh: 1 - alpha, eps, momentum, descent: -lr };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<RMSpropOptions>,
  ): void {
    let second = average(state, "squareAvg").mul_(c.alpha).addcmul_(gradient, gradient, { value: c.fresh });
    if (group.centered) {
      const mean = averageFromZero(state, "gradAvg", p).mul_(c.alpha).add_(gradient, { alpha: c.fresh });
      second = second.sub(mean.square());
    }
    const root = second.sqrt().add_(c.eps);
    if (group.momentum !== 0) {
      const buffer = averageFromZero(state, "momentumBuffer", p)
        .mul_(c.momentum)
        .addcdiv_(gradient, root, { value: 1 });
      p.add_(buffer, { alpha: c.descent });
    } else {
      p.addcdiv_(gradient, root, { value: c.descent });
    }
  }
}

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends CommonOptions {
  /** How fast the learning rate falls: η / (1 + (t − 1) · lrDecay). Default 0. */
  lrDecay: number;
  /** Where the sums of squares start. Default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator. Default 1e-10. */
  eps: number;
}

/**
 * Adagrad, as `torch.optim.Adagrad`: s ← s + g², w ← w − η g / (√s + ε). Duchi, Hazan and Singer, JMLR 2011.
 *
 * Defaults: lr 1e-2, eps 1e-10.
 *
 * @example
 * // With gradients that stay the same, step t is lr / √t.
 * const w = tensor([1], { requiresGrad: true });
 * const optimizer = new optim.Adagrad([w], { lr: 0.1 });
 * w.sum().backward();
 * for (let step = 0; step < 4; step++) optimizer.step();
 * w.detach(); // → tensor([0.7216])
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(
      params,
      withDefaults("Adagrad", options, {
        lr: 1e-2,
        lrDecay: 0,
        weightDecay: 0,
        initialAccumulatorValue: 0,
        eps: 1e-10,
        maximize: false,
      }),
    );
  }

  protected check(group: ParamGroup<AdagradOptions>): void {
    checkRange("lrDecay", group.lrDecay, 0);
    checkRange("initialAccumulatorValue", group.initialAccumulatorValue, 0);
    checkRange("eps", group.eps, 0);
  }

  protected initialState(p: Tensor, group: ParamGroup<AdagradOptions>): Omit<ParamState, "step"> {
    return { sum: fullLike(p, group.initialAccumulatorValue) };
  }

  protected coefficients(
    { lr, lrDecay, eps }: ParamGroup<AdagradOptions>,
    { step }: ParamState,
  ): Coefficients {
    return { eps, descent: -lr / (1 + (step - 1) * lrDecay) };
  }

  protected update(p: Tensor, gradient: Tensor, state: ParamState, c: LiveCoefficients): void {
    const sum = average(state, "sum").addcmul_(gradient, gradient, { value: 1 });
    p.addcdiv_(gradient, sum.sqrt().add_(c.eps), { value: c.descent });
  }
}

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends CommonOptions {
  /** Decay rate ρ of both averages. Default 0.9. */
  rho: number;
  /** Added under both roots. Default 1e-6. */
  eps: number;
}

/**
 * Adadelta, as `torch.optim.Adadelta`: each weight's step is its gradient times the ratio of the root mean squares of past steps
 * and past gradients. Zeiler, arXiv 1212.5701.
 *
 * Defaults: lr 1, rho 0.9, eps 1e-6.
 *
 * @example
 * // The first step is √(eps / (1 − rho)) long; later ones find their own length.
 * const w = tensor([1, -200], { requiresGrad: true });
 * const optimizer = new optim.Adadelta([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // → tensor([   0.9968, -199.9968])
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super(
      params,
      withDefaults("Adadelta", options, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false }),
    );
  }

  protected check(group: ParamGroup<AdadeltaOptions>): void {
    checkRange("rho", group.rho, 0, 1, "[]");
    checkRange("eps", group.eps, 0);
  }

  protected initialState(p: Tensor): Omit<ParamState, "step"> {
    return { squareAvg: zerosFor(p), accDelta: zerosFor(p) };
  }

  protected coefficients({ lr, rho, eps }: ParamGroup<AdadeltaOptions>): Coefficients {
    return { rho, fresh: 1 - rho, eps, descent: -lr };
  }

  protected update(p: Tensor, gradient: Tensor, state: ParamState, c: LiveCoefficients): void {
    const squares = average(state, "squareAvg").mul_(c.rho).addcmul_(gradient, gradient, { value: c.fresh });
    const steps = average(state, "accDelta");
    const delta = steps.add(c.eps).sqrt_().div_(squares.add(c.eps).sqrt_()).mul_(gradient);
    steps.mul_(c.rho).addcmul_(delta, delta, { value: c.fresh });
    p.add_(delta, { alpha: c.descent });
  }
}
