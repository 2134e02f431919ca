/** Schedules that only ever lower (or warm up) the rate by a fixed formula. */
import { ChainruleError } from "../../util/errors.ts";
import { checkList, withDefaults } from "../../util/options.ts";
import { powerOf } from "../../util/power.ts";
import { shown } from "../../util/wording.ts";
import { checkRange } from "../optimizer.ts";
import { perGroup, Schedule, type Scheduled } from "./schedule.ts";

/**
 * Multiplies the rate by `gamma` (default 0.1) every `stepSize` epochs: η · γ^⌊epoch / stepSize⌋. As
 * `torch.optim.lr_scheduler.StepLR`.
 *
 * @throws ChainruleError `argument` for a `stepSize` below 1
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.StepLR(optimizer, 2);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 1, 0.1, 0.1, 0.01]
 */
export class StepLR extends Schedule<{ stepSize: number; gamma: number }> {
  constructor(optimizer: Scheduled, stepSize: number, options: { gamma?: number } = {}) {
    const { gamma } = withDefaults("StepLR", options, { gamma: 0.1 });
    checkRange("stepSize", stepSize, 1);
    checkRange("gamma", gamma);
    super(optimizer, { stepSize, gamma });
  }

  protected next(lr: number, epoch: number): number {
    return epoch > 0 && epoch % this.options.stepSize === 0 ? lr * this.options.gamma : lr;
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, Math.floor(epoch / this.options.stepSize));
  }
}

/**
 * Multiplies the rate by `gamma` (default 0.1) at each of the given epochs; an epoch named twice counts twice. As
 * `torch.optim.lr_scheduler.MultiStepLR`.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.MultiStepLR(optimizer, [2, 3]);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 1, 0.1, 0.01, 0.01]
 */
export class MultiStepLR extends Schedule<{ milestones: readonly number[]; gamma: number }> {
  constructor(optimizer: Scheduled, milestones: readonly number[], options: { gamma?: number } = {}) {
    const { gamma } = withDefaults("MultiStepLR", options, { gamma: 0.1 });
    checkList("Milestones must be an array", milestones, "[30, 80]");
    checkRange("gamma", gamma);
    super(optimizer, { milestones, gamma });
  }

  protected next(lr: number, epoch: number): number {
    return lr * powerOf(this.options.gamma, this.options.milestones.filter((m) => m === epoch).length);
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, this.options.milestones.filter((m) => m <= epoch).length);
  }
}

/**
 * Multiplies the rate by `gamma` every epoch: η · γ^epoch. As `torch.optim.lr_scheduler.ExponentialLR`.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.ExponentialLR(optimizer, 0.5);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.5, 0.25, 0.125, 0.0625]
 */
export class ExponentialLR extends Schedule<{ gamma: number }> {
  constructor(optimizer: Scheduled, gamma: number) {
    checkRange("gamma", gamma);
    super(optimizer, { gamma });
  }

  protected next(lr: number, epoch: number): number {
    return epoch === 0 ? lr : lr * this.options.gamma;
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, epoch);
  }
}

/**
 * The rate times `factor` (default 1/3) for the first `totalIters` epochs (default 5), then the full rate. As
 * `torch.optim.lr_scheduler.ConstantLR`.
 *
 * @throws ChainruleError `argument` unless 0 ≤ factor ≤ 1
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 4; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [0.5, 0.5, 1, 1]
 */
export class ConstantLR extends Schedule<{ factor: number; totalIters: number }> {
  constructor(optimizer: Scheduled, options: { factor?: number; totalIters?: number } = {}) {
    const { factor, totalIters } = withDefaults("ConstantLR", options, { factor: 1 / 3, totalIters: 5 });
    checkRange("factor", factor, 0, 1, "[]");
    super(optimizer, { factor, totalIters });
  }

  protected next(lr: number, epoch: number, base: number): number {
    const { factor, totalIters } = this.options;
    if (epoch === 0) return lr * factor;
    if (epoch !== totalIters) return lr;
    return factor === 0 ? base : lr * (1 / factor); // from 0 no factor leads back
  }

  protected override closed(epoch: number, base: number): number {
    return epoch < this.options.totalIters ? base * this.options.factor : base;
  }
}

/**
 * The rate goes in a straight line from `startFactor` (default 1/3) to `endFactor` (default 1) times itself in `totalIters` epochs
 * (default 5): a warm-up. As `torch.optim.lr_scheduler.LinearLR`.
 *
 * @throws ChainruleError `argument` unless 0 < startFactor ≤ 1 and 0 ≤ endFactor ≤ 1
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 });
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [0.25, 0.5, 0.75, 1, 1]
 */
export class LinearLR extends Schedule<{ startFactor: number; endFactor: number; totalIters: number }> {
  constructor(
    optimizer: Scheduled,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    const all = withDefaults("LinearLR", options, { startFactor: 1 / 3, endFactor: 1, totalIters: 5 });
    checkRange("startFactor", all.startFactor, 0, 1, "(]");
    checkRange("endFactor", all.endFactor, 0, 1, "[]");
    super(optimizer, all);
  }

  protected next(lr: number, epoch: number): number {
    const { startFactor, endFactor, totalIters } = this.options;
    if (epoch === 0) return lr * startFactor;
    if (epoch > totalIters) return lr;
    return (
      lr *
      (1 + (endFactor - startFactor) / (totalIters * startFactor + (epoch - 1) * (endFactor - startFactor)))
    );
  }

  protected override closed(epoch: number, base: number): number {
    const { startFactor, endFactor, totalIters } = this.options;
    return base * (startFactor + ((endFactor - startFactor) * Math.min(totalIters, epoch)) / totalIters);
  }
}

/**
 * The rate falls to zero in `totalIters` epochs (default 5) as (1 − epoch / totalIters)^power, where `power` is 1 by default. As
 * `torch.optim.lr_scheduler.PolynomialLR`.
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.PolynomialLR(optimizer, { totalIters: 4, power: 2 });
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 6; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.5625, 0.25, 0.0625, 0, 0]
 */
export class PolynomialLR extends Schedule<{ totalIters: number; power: number }> {
  constructor(optimizer: Scheduled, options: { totalIters?: number; power?: number } = {}) {
    super(optimizer, withDefaults("PolynomialLR", options, { totalIters: 5, power: 1 }));
  }

  protected next(lr: number, epoch: number): number {
    const { totalIters, power } = this.options;
    if (epoch === 0 || epoch > totalIters) return lr;
    return lr * powerOf((1 - epoch / totalIters) / (1 - (epoch - 1) / totalIters), power);
  }

  protected override closed(epoch: number, base: number): number {
    const { totalIters, power } = this.options;
    return base * powerOf(1 - Math.min(totalIters, epoch) / totalIters, power);
  }
}

/** The factor of each group: a function of the epoch. */
function lambdasOf(
  lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  optimizer: Scheduled,
): ((epoch: number) => number)[] {
  const lambdas = perGroup("lrLambda", lrLambda, optimizer);
  for (const lambda of lambdas) {
    if (typeof lambda === "function") continue;
    throw new ChainruleError(
      "argument",
      `lrLambda is ${shown(lambda)}.`,
      "Give a function of the epoch, such as (epoch) => 0.95 ** epoch.",
    );
  }
  return lambdas;
}

/**
 * The base rate times a function of the epoch, counted from 0 (one function, or one for each group). As
 * `torch.optim.lr_scheduler.LambdaLR`. The functions are not in its state.
 *
 * @throws ChainruleError `argument` for a list that is not as long as there are groups
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.LambdaLR(optimizer, (epoch) => 1 / Math.sqrt(epoch + 1));
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 4; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.7071, 0.5774, 0.5]
 */
export class LambdaLR extends Schedule<{ lambdas: ((epoch: number) => number)[] }> {
  constructor(
    optimizer: Scheduled,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    super(optimizer, { lambdas: lambdasOf(lrLambda, optimizer) });
  }

  protected next(_lr: number, epoch: number, base: number, group: number): number {
    return base * this.options.lambdas[group](epoch);
  }
}

/**
 * Multiplies the rate every epoch by a function of the epoch, from epoch 1 on (one function, or one for each group). As
 * `torch.optim.lr_scheduler.MultiplicativeLR`. The functions are not in its state.
 *
 * @throws ChainruleError `argument` for a list that is not as long as there are groups
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.MultiplicativeLR(optimizer, (epoch) => (epoch < 3 ? 0.5 : 1));
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.5, 0.25, 0.25, 0.25]
 */
export class MultiplicativeLR extends Schedule<{ lambdas: ((epoch: number) => number)[] }> {
  constructor(
    optimizer: Scheduled,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    super(optimizer, { lambdas: lambdasOf(lrLambda, optimizer) });
  }

  protected next(lr: number, epoch: number, _base: number, group: number): number {
    return epoch === 0 ? lr : lr * this.options.lambdas[group](epoch);
  }
}
