/** Schedules made of schedules. */
import { ChainruleError } from "../../util/errors.ts";
import { checkList } from "../../util/options.ts";
import { counted, shown } from "../../util/wording.ts";
import { checkState, checkUnrecorded, Schedule, type Scheduled, type ScheduleState } from "./schedule.ts";

function checkSame(schedules: readonly Schedule<unknown>[], optimizer: Scheduled): void {
  checkList("The schedules must be an array", schedules, "[warmUp, cosine]");
  const odd = schedules.find((s) => !(s instanceof Schedule));
  if (odd !== undefined) {
    throw new ChainruleError(
      "argument",
      `Among the schedules is ${shown(odd)}, which has no rate for each epoch.`,
      "Step it by itself: a ReduceLROnPlateau with its figure, after the others.",
    );
  }
  if (schedules.length === 0 || schedules.some((s) => s.optimizer !== optimizer)) {
    throw new ChainruleError(
      "argument",
      schedules.length === 0 ? "No schedules were given." : "The schedules belong to different optimizers.",
      "Give one or more schedules of the same optimizer.",
    );
  }
}

/**
 * One schedule after another: the next one takes over, from its own epoch 0, at each milestone. As
 * `torch.optim.lr_scheduler.SequentialLR`.
 *
 * @throws ChainruleError `argument` without schedules, for those of another optimizer, and unless there is one milestone fewer
 *
 * @example
 * // two epochs of warm-up, then a cosine
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const warmUp = new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * const cosine = new optim.CosineAnnealingLR(optimizer, 4);
 * const schedule = new optim.SequentialLR(optimizer, [warmUp, cosine], [2]);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 7; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [0.5, 0.75, 1, 0.8536, 0.5, 0.1464, 0]
 */
export class SequentialLR {
  /** The optimizer whose rates it sets. */
  readonly optimizer: Scheduled;
  /** The schedules, in the order in which they follow. */
  readonly schedules: readonly Schedule<unknown>[];
  /** The epochs at which the second schedule takes over, the third, and so on. */
  readonly milestones: readonly number[];
  /** The epoch whose rates are in force. */
  lastEpoch = 0;

  constructor(optimizer: Scheduled, schedules: readonly Schedule<unknown>[], milestones: readonly number[]) {
    checkSame(schedules, optimizer);
    checkList("Milestones must be an array", milestones, "[10]");
    if (milestones.length !== schedules.length - 1) {
      throw new ChainruleError(
        "argument",
        `${counted(schedules.length, "schedule")} follow each other at ${counted(milestones.length, "milestone")}.`,
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

  /** The epoch and the states of the schedules, from which {@link loadStateDict} continues. */
  stateDict(): { lastEpoch: number; schedules: ScheduleState[] } {
    return { lastEpoch: this.lastEpoch, schedules: this.schedules.map((s) => s.stateDict()) };
  }

  /** Continues from {@link stateDict}. The rates stand in the optimizer's state: load that too. */
  loadStateDict(state: { lastEpoch: number; schedules: ScheduleState[] }): void {
    checkState(this, state, ["lastEpoch", "schedules"]);
    this.lastEpoch = state.lastEpoch;
    this.schedules.forEach((s, i) => {
      s.loadStateDict(state.schedules[i]);
    });
  }
}

/**
 * All schedules at once: each multiplies the rate in its turn. As `torch.optim.lr_scheduler.ChainedScheduler`.
 *
 * @throws ChainruleError `argument` without schedules, and for those of different optimizers
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const warmUp = new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const schedule = new optim.ChainedScheduler([warmUp, new optim.ExponentialLR(optimizer, 0.9)]);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 4; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [0.5, 0.45, 0.81, 0.729]
 */
export class ChainedScheduler {
  /** The optimizer whose rates it sets. */
  readonly optimizer: Scheduled;
  /** The schedules, in the order in which they multiply. */
  readonly schedules: readonly Schedule<unknown>[];

  constructor(schedules: readonly Schedule<unknown>[]) {
    checkSame(schedules, schedules?.[0]?.optimizer);
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

  /** The states of the schedules, from which {@link loadStateDict} continues. */
  stateDict(): { schedules: ScheduleState[] } {
    return { schedules: this.schedules.map((s) => s.stateDict()) };
  }

  /** Continues from {@link stateDict}. The rates stand in the optimizer's state: load that too. */
  loadStateDict(state: { schedules: ScheduleState[] }): void {
    checkState(this, state, ["schedules"]);
    this.schedules.forEach((s, i) => {
      s.loadStateDict(state.schedules[i]);
    });
  }
}
