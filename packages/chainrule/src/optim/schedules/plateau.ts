import { ChainruleError } from "../../util/errors.ts";
import { checkChoice, withDefaults } from "../../util/options.ts";
import { shown } from "../../util/wording.ts";
import { checkRange } from "../optimizer.ts";
import { checkState, checkUnrecorded, perGroup, type Scheduled } from "./schedule.ts";

/** Options of {@link ReduceLROnPlateau}. */
export interface PlateauOptions {
  /** Whether a lower or a higher figure is better. Default "min". */
  mode?: "min" | "max";
  /** What the rate is multiplied by. Default 0.1. */
  factor?: number;
  /** Epochs without improvement that are forgiven. Default 10. */
  patience?: number;
  /** By how much a figure has to be better to count as better. Default 1e-4. */
  threshold?: number;
  /** Whether the threshold is relative to the best figure or absolute. Default "rel". */
  thresholdMode?: "rel" | "abs";
  /** Epochs after a change that do not count as without improvement. Default 0. */
  cooldown?: number;
  /** What the rate never falls below: one for all groups, or one for each. Default 0. */
  minLr?: number | readonly number[];
  /** Changes smaller than this are not made. Default 1e-8. */
  eps?: number;
}

/**
 * Lowers the rate when a figure, such as the validation loss, has stopped improving: `step(figure)` once an epoch. As
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`. `fit` gives it the figure that early stopping watches.
 *
 * @throws ChainruleError `argument` unless 0 ≤ factor < 1, and for a list `minLr` that is not as long as there are groups
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 1 });
 * for (const loss of [0.9, 0.8, 0.8, 0.8]) schedule.step(loss);
 * schedule.best; // → 0.8
 * schedule.getLastLr(); // → [0.1]
 */
export class ReduceLROnPlateau {
  /** The optimizer whose rates it sets. */
  readonly optimizer: Scheduled;
  /** The options, with the defaults for those that were left out. */
  readonly options: Required<PlateauOptions>;
  /** How many epochs ended. */
  lastEpoch = 0;
  /** The best figure so far; before the first one, infinity, or −infinity where higher is better. */
  best: number;
  private bad = 0;
  private waiting = 0;

  constructor(optimizer: Scheduled, options: PlateauOptions = {}) {
    this.optimizer = optimizer;
    // biome-ignore format: defaults
    this.options = withDefaults("ReduceLROnPlateau", options, {
      mode: "min", factor: 0.1, patience: 10, threshold: 1e-4, thresholdMode: "rel", cooldown: 0, minLr: 0, eps: 1e-8,
    });
    checkChoice("mode", this.options.mode, ["min", "max"]);
    checkChoice("thresholdMode", this.options.thresholdMode, ["rel", "abs"]);
    checkRange("factor", this.options.factor, 0, 1);
    perGroup("minLr", this.options.minLr, optimizer);
    this.best = this.worst;
  }

  /**
   * Ends an epoch whose figure is given.
   *
   * @throws ChainruleError `argument` without a figure, and for a tensor: `step(loss.item())`
   */
  step(figure: number): void {
    checkUnrecorded(this);
    if (typeof figure !== "number") {
      throw new ChainruleError(
        "argument",
        `The figure that ReduceLROnPlateau watches is ${shown(figure)}.`,
        "Give a number: step(loss.item()).",
      );
    }
    this.lastEpoch++;
    if (this.better(figure)) {
      this.best = figure;
      this.bad = 0;
    } else {
      this.bad++;
    }
    if (this.waiting > 0) {
      this.waiting--;
      this.bad = 0;
    }
    if (this.bad > this.options.patience) {
      this.lower();
      this.waiting = this.options.cooldown;
      this.bad = 0;
    }
  }

  /** The learning rates now in force, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** The best figure (null before the first: JSON has no infinity) and the counts of epochs, from which {@link loadStateDict} continues. */
  stateDict(): { lastEpoch: number; best: number | null; bad: number; waiting: number } {
    const { lastEpoch, best, bad, waiting } = this;
    return { lastEpoch, best: best === this.worst ? null : best, bad, waiting };
  }

  /** Continues from {@link stateDict}. The rates stand in the optimizer's state: load that too. */
  loadStateDict(state: { lastEpoch: number; best: number | null; bad: number; waiting: number }): void {
    checkState(this, state, ["lastEpoch", "bad", "waiting"]);
    Object.assign(this, state, { best: state.best ?? this.worst });
  }

  private get worst(): number {
    return this.options.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  private better(figure: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    if (mode === "min") {
      return figure < (thresholdMode === "rel" ? this.best * (1 - threshold) : this.best - threshold);
    }
    return figure > (thresholdMode === "rel" ? this.best * (1 + threshold) : this.best + threshold);
  }

  private lower(): void {
    const floors = perGroup("minLr", this.options.minLr, this.optimizer);
    this.optimizer.paramGroups.forEach((group, i) => {
      const lower = Math.max(group.lr * this.options.factor, floors[i]);
      if (group.lr - lower > this.options.eps) group.lr = lower;
    });
  }
}
