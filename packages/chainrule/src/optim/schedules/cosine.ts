/** Schedules along a cosine. Loshchilov and Hutter, SGDR, ICLR 2017. */
import { cosOfHalfTurns } from "../../util/power.ts";
import { checkRange } from "../optimizer.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

/** The rate falls along half a cosine to `etaMin` in `tMax` epochs (and would rise again after them). */
export class CosineAnnealingLR extends Schedule<{ tMax: number; etaMin: number }> {
  constructor(optimizer: Scheduled, tMax: number, { etaMin = 0 }: { etaMin?: number } = {}) {
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
 * later one is `tMult` times longer. `step(epoch)` takes fractions of epochs too.
 */
export class CosineAnnealingWarmRestarts extends Schedule<{ t0: number; tMult: number; etaMin: number }> {
  constructor(
    optimizer: Scheduled,
    t0: number,
    { tMult = 1, etaMin = 0 }: { tMult?: number; etaMin?: number } = {},
  ) {
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
