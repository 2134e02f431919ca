import { fullLike, type Tensor } from "../tensor/index.ts";
import { withDefaults } from "../util/options.ts";
import {
  average,
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

/** Options of {@link Rprop}; there is no weight decay. */
export interface RpropOptions extends Omit<CommonOptions, "weightDecay"> {
  /** Factors by which a step shrinks when the gradient's sign turns, and grows when it stays. Default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Smallest and largest step. Default [1e-6, 50]. */
  stepSizes: readonly [number, number];
}

/**
 * Resilient propagation, as `torch.optim.Rprop`: every weight has a step size of its own, and only the sign of its gradient
 * counts. For full batches. Riedmiller and Braun, ICNN 1993.
 *
 * Defaults: lr 1e-2 (the first step size), etas [0.5, 1.2], stepSizes [1e-6, 50].
 *
 * @throws ChainruleError `argument` unless 0 < etas[0] < 1 < etas[1] and stepSizes[0] < stepSizes[1]
 *
 * @example
 * // While signs stay the same, steps grow: 0.1, then 0.12.
 * const w = tensor([1, -200], { requiresGrad: true });
 * const optimizer = new optim.Rprop([w], { lr: 0.1 });
 * w.square().sum().backward();
 * for (let step = 0; step < 2; step++) optimizer.step();
 * w.detach(); // → tensor([   0.7800, -199.7800])
 */
export class Rprop extends Optimizer<RpropOptions & CommonOptions> {
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    const defaults: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false };
    super(params, { ...withDefaults("Rprop", options, defaults), weightDecay: 0 });
  }

  protected check({ etas, stepSizes }: ParamGroup<RpropOptions>): void {
    checkRange("etas[0]", etas[0], 0, 1, "()");
    checkRange("etas[1]", etas[1], 1, Number.POSITIVE_INFINITY, "()");
    checkRange("stepSizes[0]", stepSizes[0], 0, stepSizes[1]);
  }

  protected initialState(p: Tensor, group: ParamGroup<RpropOptions>): Omit<ParamState, "step"> {
    return { prev: zerosFor(p), stepSize: fullLike(p, group.lr) };
  }

  protected coefficients({ etas, stepSizes }: ParamGroup<RpropOptions>): Coefficients {
    // As what is added to a factor of 1: the numbers go into the update as they are.
    return { shrink: etas[0] - 1, grow: etas[1] - 1, smallest: stepSizes[0], largest: stepSizes[1] };
  }

  protected update(p: Tensor, gradient: Tensor, state: ParamState, c: LiveCoefficients): void {
    const prev = average(state, "prev");
    const stepSize = average(state, "stepSize");
    const agreement = gradient.mul(prev).sign();
    const turned = agreement.lt(0);
    // grow where the sign stayed (1), shrink where it turned (−1), keep where either was zero
    const grown = agreement.clampMin(0).mul_(c.grow).add_(1);
    const factor = turned.to(p.dtype).mul_(c.shrink).add_(1).mul_(grown);
    stepSize.mul_(factor).clamp_(c.smallest, c.largest);
    const followed = gradient.maskedFill(turned, 0);
    p.addcmul_(followed.sign(), stepSize, { value: -1 });
    prev.copy_(followed);
  }
}
