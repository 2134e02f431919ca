import type { Tensor } from "../tensor/index.ts";
import { withDefaults } from "../util/options.ts";
import { powerOf } from "../util/power.ts";
import {
  average,
  type Coefficients,
  type CommonOptions,
  type LiveCoefficients,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
  zerosFor,
} from "./optimizer.ts";

/** Options of {@link ASGD}. */
export interface ASGDOptions extends CommonOptions {
  /** Decay λ of the weights, and of the rate. Default 1e-4. */
  lambd: number;
  /** Exponent of the rate's decay. Default 0.75. */
  alpha: number;
  /** Step at which averaging starts. Default 1e6. */
  t0: number;
}

/**
 * Averaged stochastic gradient descent, as `torch.optim.ASGD`: keeps, besides the weights, their average (`ax` in the state).
 * Polyak and Juditsky, SIAM J. Control Optim. 1992.
 *
 * Defaults: lr 1e-2, lambd 1e-4, alpha 0.75, t0 1e6.
 *
 * @example
 * // ax: the mean of the weights after the steps 2, 3 and 4, which are 0.8, 0.7 and 0.6
 * const w = tensor([1], { requiresGrad: true });
 * const optimizer = new optim.ASGD([w], { lr: 0.1, lambd: 0, t0: 0 });
 * w.sum().backward();
 * for (let step = 0; step < 4; step++) optimizer.step();
 * w.detach(); // → tensor([0.6000])
 * optimizer.state.get(w)?.ax; // → tensor([0.7000])
 */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super(
      params,
      withDefaults("ASGD", options, {
        lr: 1e-2,
        lambd: 1e-4,
        alpha: 0.75,
        t0: 1e6,
        weightDecay: 0,
        maximize: false,
      }),
    );
  }

  protected check(): void {}

  protected initialState(p: Tensor, group: ParamGroup<ASGDOptions>): Omit<ParamState, "step"> {
    return { eta: Math.fround(group.lr), mu: 1, ax: zerosFor(p) };
  }

  protected coefficients({ lr, lambd, alpha, t0 }: ParamGroup<ASGDOptions>, state: ParamState): Coefficients {
    const eta = state.eta as number;
    const mu = state.mu as number;
    // rate and weight of the average for the next step, which PyTorch keeps in float32
    state.eta = Math.fround(lr / powerOf(1 + lambd * lr * state.step, alpha));
    state.mu = Math.fround(1 / Math.max(1, state.step - t0));
    return { shrink: 1 - lambd * eta, descent: -eta, mu, keep: 1 - mu };
  }

  protected update(p: Tensor, gradient: Tensor, state: ParamState, c: LiveCoefficients): void {
    p.mul_(c.shrink).add_(gradient, { alpha: c.descent });
    // ax + μ (w − ax), as a sum that is w itself while μ = 1
    average(state, "ax").mul_(c.keep).add_(p, { alpha: c.mu });
  }
}
