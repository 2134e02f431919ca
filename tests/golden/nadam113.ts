import { optim } from "chainrule";

/**
 * PyTorch 1.13, which made the numbers, multiplies NAdam's next product of momenta by μₜ once too often; later versions, and
 * chainrule, do not. Everything else must agree, so the numbers are held with that one factor put back.
 */
export class NAdamOf113 extends optim.NAdam {
  protected override coefficients(
    group: Parameters<optim.NAdam["addParamGroup"]>[0] & optim.NAdamOptions,
    state: { step: number },
  ): optim.Coefficients {
    const before = (state as unknown as { muProduct: number }).muProduct;
    const numbers = super.coefficients(group as never, state as never);
    const mu = (step: number): number => group.betas[0] * (1 - 0.5 * 0.96 ** (step * group.momentumDecay));
    const [now, next] = [mu(state.step), mu(state.step + 1)];
    numbers.alongMomentum = (-group.lr * next) / (1 - Math.fround(before * now) * now * next);
    return numbers;
  }
}
