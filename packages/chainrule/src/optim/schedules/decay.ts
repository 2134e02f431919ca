/** Schedules that only ever lower (or warm up) the rate by a fixed formula. */
import { powerOf } from "../../util/power.ts";
import { checkRange } from "../optimizer.ts";
import { perGroup, Schedule, type Scheduled } from "./schedule.ts";

/** Multiplies the rate by `gamma` every `stepSize` epochs. */
export class StepLR extends Schedule<{ stepSize: number; gamma: number }> {
  constructor(optimizer: Scheduled, stepSize: number, { gamma = 0.1 }: { gamma?: number } = {}) {
    checkRange("stepSize", stepSize, 1);
    super(optimizer, { stepSize, gamma });
  }

  protected next(lr: number, epoch: number): number {
    return epoch > 0 && epoch % this.options.stepSize === 0 ? lr * this.options.gamma : lr;
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, Math.floor(epoch / this.options.stepSize));
  }
}

/** Multiplies the rate by `gamma` at each of the given epochs; an epoch named twice counts twice. */
export class MultiStepLR extends Schedule<{ milestones: readonly number[]; gamma: number }> {
  constructor(optimizer: Scheduled, milestones: readonly number[], { gamma = 0.1 }: { gamma?: number } = {}) {
    super(optimizer, { milestones, gamma });
  }

  protected next(lr: number, epoch: number): number {
    return lr * powerOf(this.options.gamma, this.options.milestones.filter((m) => m === epoch).length);
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, this.options.milestones.filter((m) => m <= epoch).length);
  }
}

/** Multiplies the rate by `gamma` every epoch. */
export class ExponentialLR extends Schedule<{ gamma: number }> {
  constructor(optimizer: Scheduled, gamma: number) {
    super(optimizer, { gamma });
  }

  protected next(lr: number, epoch: number): number {
    return epoch === 0 ? lr : lr * this.options.gamma;
  }

  protected override closed(epoch: number, base: number): number {
    return base * powerOf(this.options.gamma, epoch);
  }
}

/** The rate times `factor` for the first `totalIters` epochs, then the full rate. */
export class ConstantLR extends Schedule<{ factor: number; totalIters: number }> {
  constructor(
    optimizer: Scheduled,
    { factor = 1 / 3, totalIters = 5 }: { factor?: number; totalIters?: number } = {},
  ) {
    checkRange("factor", factor, 0, 1 + Number.EPSILON);
    super(optimizer, { factor, totalIters });
  }

  protected next(lr: number, epoch: number): number {
    const { factor, totalIters } = this.options;
    if (epoch === 0) return lr * factor;
    return epoch === totalIters ? lr * (1 / factor) : lr;
  }

  protected override closed(epoch: number, base: number): number {
    return epoch < this.options.totalIters ? base * this.options.factor : base;
  }
}

/** The rate goes in a straight line from `startFactor` to `endFactor` times itself in `totalIters` epochs: a warm-up. */
export class LinearLR extends Schedule<{ startFactor: number; endFactor: number; totalIters: number }> {
  constructor(
    optimizer: Scheduled,
    {
      startFactor = 1 / 3,
      endFactor = 1,
      totalIters = 5,
    }: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    checkRange("startFactor", startFactor, Number.MIN_VALUE, 1 + Number.EPSILON);
    checkRange("endFactor", endFactor, 0, 1 + Number.EPSILON);
    super(optimizer, { startFactor, endFactor, totalIters });
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

/** The rate falls to zero in `totalIters` epochs as (1 − epoch / totalIters)^power. */
export class PolynomialLR extends Schedule<{ totalIters: number; power: number }> {
  constructor(
    optimizer: Scheduled,
    { totalIters = 5, power = 1 }: { totalIters?: number; power?: number } = {},
  ) {
    super(optimizer, { totalIters, power });
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

/** The base rate times a function of the epoch (one function, or one for each group). */
export class LambdaLR extends Schedule<{ lambdas: ((epoch: number) => number)[] }> {
  constructor(
    optimizer: Scheduled,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    super(optimizer, { lambdas: perGroup(lrLambda, optimizer) });
  }

  protected next(_lr: number, epoch: number, base: number, group: number): number {
    return base * this.options.lambdas[group](epoch);
  }
}

/** Multiplies the rate every epoch by a function of the epoch (one function, or one for each group). */
export class MultiplicativeLR extends Schedule<{ lambdas: ((epoch: number) => number)[] }> {
  constructor(
    optimizer: Scheduled,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    super(optimizer, { lambdas: perGroup(lrLambda, optimizer) });
  }

  protected next(lr: number, epoch: number, _base: number, group: number): number {
    return epoch === 0 ? lr : lr * this.options.lambdas[group](epoch);
  }
}
