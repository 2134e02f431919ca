/** Schedules made of schedules. */
import { ChainruleError } from "../../util/errors.ts";
import { checkUnrecorded, type Schedule, type Scheduled, type ScheduleState } from "./schedule.ts";

function checkSame(schedules: readonly Schedule<unknown>[], optimizer: Scheduled): void {
  if (schedules.length === 0 || schedules.some((s) => s.optimizer !== optimizer)) {
    throw new ChainruleError(
      "argument",
      schedules.length === 0 ? "No schedules were given." : "The schedules belong to different optimizers.",
      "Give one or more schedules of the same optimizer.",
    );
  }
}

/**
 * One schedule after another: the next one takes over, from its own epoch 0, at each milestone.
 *
 * @example
 * // five epochs of warm-up, then a cosine
 * new optim.SequentialLR(
 *   optimizer,
 *   [new optim.LinearLR(optimizer, { totalIters: 5 }), new optim.CosineAnnealingLR(optimizer, 45)],
 *   [5],
 * );
 */
export class SequentialLR {
  readonly optimizer: Scheduled;
  readonly schedules: readonly Schedule<unknown>[];
  readonly milestones: readonly number[];
  lastEpoch = 0;

  constructor(optimizer: Scheduled, schedules: readonly Schedule<unknown>[], milestones: readonly number[]) {
    checkSame(schedules, optimizer);
    if (milestones.length !== schedules.length - 1) {
      throw new ChainruleError(
        "argument",
        `${schedules.length} schedules follow each other at ${milestones.length} milestones.`,
        "Give one milestone less than schedules.",
      );
    }
    this.optimizer = optimizer;
    this.schedules = schedules;
    this.milestones = milestones;
    // Each schedule made its first step when it was made; only the first one's may count.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    for (const schedule of schedules) schedule.lastEpoch--;
    schedules[0].step();
  }

  /** Moves to the next epoch. */
  step(): void {
    checkUnrecorded(this);
    this.lastEpoch++;
    const at = this.milestones.filter((m) => m <= this.lastEpoch).length;
    if (at > 0 && this.milestones[at - 1] === this.lastEpoch) this.schedules[at].jump(0);
    else this.schedules[at].step();
  }

  /** The learning rates now in force, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): { lastEpoch: number; schedules: ScheduleState[] } {
    return { lastEpoch: this.lastEpoch, schedules: this.schedules.map((s) => s.stateDict()) };
  }

  loadStateDict(state: { lastEpoch: number; schedules: ScheduleState[] }): void {
    this.lastEpoch = state.lastEpoch;
    this.schedules.forEach((s, i) => {
      s.loadStateDict(state.schedules[i]);
    });
  }
}

/** All schedules at once: each multiplies the rate in its turn. */
export class ChainedScheduler {
  readonly optimizer: Scheduled;
  readonly schedules: readonly Schedule<unknown>[];

  constructor(schedules: readonly Schedule<unknown>[]) {
    checkSame(schedules, schedules[0]?.optimizer);
    this.optimizer = schedules[0].optimizer;
    this.schedules = schedules;
  }

  /** Moves to the next epoch. */
  step(): void {
    checkUnrecorded(this);
    for (const schedule of this.schedules) schedule.step();
  }

  /** The learning rates now in force, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): { schedules: ScheduleState[] } {
    return { schedules: this.schedules.map((s) => s.stateDict()) };
  }

  loadStateDict(state: { schedules: ScheduleState[] }): void {
    this.schedules.forEach((s, i) => {
      s.loadStateDict(state.schedules[i]);
    });
  }
}
