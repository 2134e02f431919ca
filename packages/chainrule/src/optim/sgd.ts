import type { Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withDefaults } from "../util/options.ts";
import {
  averageFromZero,
  type Coefficients,
  type CommonOptions,
  checkRange,
  type LiveCoefficients,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** Options of {@link SGD}. */
export interface SGDOptions extends CommonOptions {
  /** Share μ of the last direction that is kept. Default 0. */
  momentum: number;
  /** Share of the new gradient that momentum leaves out. Default 0. */
  dampening: number;
  /** Look ahead along the momentum (Nesterov). Needs momentum and no dampening. Default false. */
  nesterov: boolean;
}

/**
 * Stochastic gradient descent, as `torch.optim.SGD`: w ← w − η g; with momentum b ← μ b + (1 − dampening) g and w ← w − η b,
 * where the first step takes b = g. Sutskever et al., ICML 2013.
 *
 * Defaults: lr 1e-3, everything else off.
 *
 * @throws ChainruleError `argument` for `nesterov` without momentum or with dampening
 *
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
 * for (let step = 0; step < 2; step++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * w.detach(); // → tensor([ 0.4600, -0.9200])
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(
      params,
      withDefaults("SGD", options, {
        lr: 1e-3,
        momentum: 0,
        dampening: 0,
        weightDecay: 0,
        nesterov: false,
        maximize: false,
      }),
    );
  }

  protected check(group: ParamGroup<SGDOptions>): void {
    checkRange("momentum", group.momentum, 0);
    if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0)) {
      throw new ChainruleError(
        "argument",
        `nesterov needs momentum and no dampening, and they are ${group.momentum} and ${group.dampening}.`,
        "Set momentum, for instance to 0.9, and leave dampening out.",
      );
    }
  }

  protected initialState(): Omit<ParamState, "step"> {
    return {};
  }

  protected coefficients(group: ParamGroup<SGDOptions>, state: ParamState): Coefficients {
    // Momentum starts from the whole gradient, whenever it is switched on.
    const begun = state.momentumSteps !== undefined;
    if (group.momentum !== 0) state.momentumSteps = ((state.momentumSteps as number) ?? 0) + 1;
    return { descent: -group.lr, momentum: group.momentum, fresh: begun ? 1 - group.dampening : 1 };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<SGDOptions>,
  ): void {
    let direction = gradient;
    if (group.momentum !== 0) {
      const buffer = averageFromZero(state, "momentumBuffer", p)
        .mul_(c.momentum)
        .add_(gradient, { alpha: c.fresh });
      direction = group.nesterov ? gradient.add(buffer, { alpha: c.momentum }) : buffer;
    }
    p.add_(direction, { alpha: c.descent });
  }
}
