/** Schedules along a cosine. Loshchilov and Hutter, SGDR, ICLR 2017. */
import { withDefaults } from "../../util/options.ts";
import { cosOfHalfTurns } from "../../util/power.ts";
import { checkRange } from "../optimizer.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

/**
 * The rate falls along half a cosine to `etaMin` (default 0) in `tMax` epochs, and would rise again after them:
 * ηₘᵢₙ + ½ (η − ηₘᵢₙ)(1 + cos(π · epoch / tMax)). As `torch.optim.lr_scheduler.CosineAnnealingLR`.
 *
 * @throws ChainruleError `argument` for a `tMax` below 1
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.CosineAnnealingLR(optimizer, 4);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.8536, 0.5, 0.1464, 0]
 */
export class CosineAnnealingLR extends Schedule<{ tMax: number; etaMin: number }> {
  constructor(optimizer: Scheduled, tMax: number, options: { etaMin?: number } = {}) {
    const { etaMin } = withDefaults("CosineAnnealingLR", options, { etaMin: 0 });
    checkRange("tMax", tMax, 1);
    super(optimizer, { tMax, etaMin });
  }

  protected next(lr: number, epoch: number, base: number): number {
    const { tMax, etaMin } = this.options;
    if (epoch === 0) return lr;
    if ((epoch - 1 - tMax) % (2 * tMax) === 0)
      return lr + ((base - etaMin) * (1 - cosOfHalfTurns(1 / tMax))) / 2;
    const now = 1 + cosOfHalfTurns(epoch / tMax);
    const before = 1 + cosOfHalfTurns((epoch - 1) / tMax);
    return (now / before) * (lr - etaMin) + etaMin;
  }

  protected override closed(epoch: number, base: number): number {
    const { tMax, etaMin } = this.options;
    return etaMin + ((base - etaMin) * (1 + cosOfHalfTurns(epoch / tMax))) / 2;
  }
}

/**
 * The rate falls along half a cosine to `etaMin`, then starts again from the top; the first period has `t0` epochs, and each
 * later one is `tMult` times as long (default 1). `etaMin` is 0 by default. `step(epoch)` takes fractions of epochs too. As
 * `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
 *
 * @throws ChainruleError `argument` for a `t0` or a `tMult` below 1
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 7; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.5, 1, 0.8536, 0.5, 0.1464, 1]
 */
export class CosineAnnealingWarmRestarts extends Schedule<{ t0: number; tMult: number; etaMin: number }> {
  constructor(optimizer: Scheduled, t0: number, options: { tMult?: number; etaMin?: number } = {}) {
    const { tMult, etaMin } = withDefaults("CosineAnnealingWarmRestarts", options, { tMult: 1, etaMin: 0 });
    checkRange("t0", t0, 1);
    checkRange("tMult", tMult, 1);
    super(optimizer, { t0, tMult, etaMin });
  }

  /** Moves to the next epoch, or to the given one, which may be a fraction. */
  override step(epoch?: number): void {
    if (epoch === undefined) super.step();
    else this.jump(epoch);
  }

  protected next(_lr: number, epoch: number, base: number): number {
    const { t0, tMult, etaMin } = this.options;
    let length = t0;
    let since = epoch;
    if (tMult === 1) {
      since = epoch % t0;
    } else {
      while (since >= length) {
        since -= length;
        length *= tMult;
      }
    }
    return etaMin + ((base - etaMin) * (1 + cosOfHalfTurns(since / length))) / 2;
  }
}
