import { recording } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted, shown } from "../../util/wording.ts";
import { checkRange } from "../optimizer.ts";

/** Refuses a step of a schedule in a function that compile() records: its runs would not step. */
export function checkUnrecorded(schedule: object): void {
  if (!recording) return;
  throw new ChainruleError(
    "record",
    `${schedule.constructor.name} is stepped inside of a compiled function, which happens only while it is recorded.`,
    "Step the schedule after the call: compiled steps read the learning rate anew each time.",
  );
}

/** What a schedule needs to know of an optimizer: groups with a learning rate, and perhaps a momentum. */
export interface Scheduled {
  /** The groups whose rates a schedule sets. */
  readonly paramGroups: ScheduledGroup[];
}

/** What schedules set of a group of parameters. */
export interface ScheduledGroup {
  /** The learning rate. */
  lr: number;
  /** The rate that schedules start from. Default: `lr` when the first schedule is made. */
  initialLr?: number;
  /** The momentum that OneCycleLR and CyclicLR move. Left out where the optimizer has none. */
  momentum?: number;
  /** Adam's β₁ and β₂, of which they move β₁ in place of `momentum`. Left out where the optimizer has none. */
  betas?: readonly [number, number];
}

/** A plain picture of a schedule: the epoch whose rates are in force, and the rate that each group started from. */
export type ScheduleState = { lastEpoch: number; baseLrs: number[]; [name: string]: unknown };

/**
 * Base of the schedules: a rule for the learning rate of the next epoch, epoch 0 being the one that starts when the schedule
 * is made. `step()` is called once an epoch, after the optimizer's steps (or once a batch, for schedules by batches). A
 * schedule changes nothing but numbers in `optimizer.paramGroups`, so several may act on one optimizer.
 *
 * @throws ChainruleError `record` when it is stepped inside of a compiled function
 *
 * @example
 * // η / (epoch + 1)
 * class InverseLR extends optim.Schedule<object> {
 *   next(_lr: number, epoch: number, base: number) { return base / (epoch + 1); }
 * }
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1 });
 * const schedule = new InverseLR(optimizer, {});
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 4; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 0.5, 0.3333, 0.25]
 */
export abstract class Schedule<O> {
  /** The optimizer whose rates it sets. */
  readonly optimizer: Scheduled;
  /** What the rule depends on. */
  readonly options: Readonly<O>;
  /** Learning rates from which the schedule starts, one a group. */
  baseLrs: number[];
  /** The epoch whose rates are in force. */
  lastEpoch = -1;

  constructor(optimizer: Scheduled, options: O) {
    checkScheduled(optimizer);
    this.optimizer = optimizer;
    this.options = options;
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr as number);
    this.start();
    this.step();
  }

  /** Checks options and prepares the first epoch. */
  protected start(): void {}

  /** Moves to the next epoch. */
  step(): void {
    checkUnrecorded(this);
    this.lastEpoch++;
    this.set((group, i) => this.next(group.lr, this.lastEpoch, this.baseLrs[i], i));
  }

  /**
   * Jumps to an epoch, as if all epochs before it had passed.
   *
   * @throws ChainruleError `argument` for an epoch below 0
   */
  jump(epoch: number): void {
    checkUnrecorded(this);
    checkRange("epoch", epoch, 0);
    this.lastEpoch = epoch;
    this.set(
      (group, i) => this.closed(epoch, this.baseLrs[i], i) ?? this.next(group.lr, epoch, this.baseLrs[i], i),
    );
  }

  /** The learning rates now in force, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** A plain picture from which {@link loadStateDict} continues. Functions given as options are not in it. */
  stateDict(): ScheduleState {
    return { lastEpoch: this.lastEpoch, baseLrs: [...this.baseLrs] };
  }

  /** Continues from {@link stateDict}. The rates stand in the optimizer's state: load that too. */
  loadStateDict(state: ScheduleState): void {
    checkState(this, state, ["lastEpoch", "baseLrs"]);
    this.lastEpoch = state.lastEpoch;
    this.baseLrs = [...state.baseLrs];
  }

  private set(rate: (group: ScheduledGroup, i: number) => number): void {
    // Groups that were added later are left alone: the schedule knows no rate of theirs to start from.
    const groups = this.optimizer.paramGroups.slice(0, this.baseLrs.length);
    const rates = groups.map(rate);
    groups.forEach((group, i) => {
      group.lr = rates[i];
    });
  }

  /** The rate of an epoch from the rate of the epoch before, so that schedules multiply when they are chained. */
  protected abstract next(lr: number, epoch: number, base: number, group: number): number;

  /** The rate of an epoch from the base rate alone, where there is such a formula. */
  protected closed(_epoch: number, _base: number, _group: number): number | undefined {
    return undefined;
  }
}

/** Throws unless it has groups of parameters, as optimizers do. */
export function checkScheduled(optimizer: Scheduled): void {
  if (Array.isArray(optimizer?.paramGroups)) return;
  throw new ChainruleError(
    "argument",
    `A schedule was given ${shown(optimizer)} where its optimizer stands.`,
    "Make the optimizer first, and give it as the first argument.",
  );
}

/** Throws unless a state has what `stateDict()` of this schedule gives. */
export function checkState(schedule: object, state: object, names: readonly string[]): void {
  const lacking = names.find((name) => (state as Record<string, unknown> | undefined)?.[name] === undefined);
  if (lacking === undefined) return;
  throw new ChainruleError(
    "state",
    `This is no state of ${schedule.constructor.name}: it lacks ${lacking}.`,
    "Give what stateDict() of such a schedule returned.",
  );
}

/** One value for all groups, or a list with one for each. */
export function perGroup<T>(name: string, value: T | readonly T[], optimizer: Scheduled): T[] {
  checkScheduled(optimizer);
  const { paramGroups } = optimizer;
  if (!Array.isArray(value)) return paramGroups.map(() => value as T);
  if (value.length === paramGroups.length) return [...value];
  throw new ChainruleError(
    "argument",
    `${name} is a list of ${value.length}, and the optimizer has ${counted(paramGroups.length, "parameter group")}.`,
    "Give one value for each group, or one value, not in a list, for all.",
  );
}
