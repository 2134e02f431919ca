/** Schedules that raise the rate and lower it again, and move the momentum the other way. */

import { ChainruleError } from "../../util/errors.ts";
import { checkChoice, checkOptions, type OptionNames } from "../../util/options.ts";
import { cosOfHalfTurns, powerOf } from "../../util/power.ts";
import { checkRange } from "../optimizer.ts";
import { perGroup, Schedule, type Scheduled, type ScheduledGroup } from "./schedule.ts";

/** Sets momentum, or the first of Adam's betas. */
function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}

function requireMomentum(optimizer: Scheduled): void {
  if (!optimizer.paramGroups.every((g) => g.betas || g.momentum)) {
    throw new ChainruleError(
      "argument",
      "The schedule would cycle a momentum that the optimizer does not have.",
      "Give the optimizer momentum, or pass cycleMomentum: false.",
    );
  }
}

/** Options of {@link OneCycleLR}: the length of the cycle has to be given. */
export interface OneCycleOptions {
  /** Number of steps in the cycle. Default epochs · stepsPerEpoch. */
  totalSteps?: number;
  /** Number of epochs; without `totalSteps` it has to be given. */
  epochs?: number;
  /** Batches of an epoch; without `totalSteps` it has to be given. */
  stepsPerEpoch?: number;
  /** Share of the cycle in which the rate rises. Default 0.3. */
  pctStart?: number;
  /** Shape of the ways up and down. Default "cos". */
  annealStrategy?: "cos" | "linear";
  /** Move the momentum, or Adam's β₁, against the rate. Default true. */
  cycleMomentum?: boolean;
  /** The momentum at the highest rate. Default 0.85. */
  baseMomentum?: number;
  /** The momentum at the first and the last rate. Default 0.95. */
  maxMomentum?: number;
  /** The first rate is maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** The last rate is the first one / finalDivFactor. Default 1e4. */
  finalDivFactor?: number;
  /** Come down to the first rate as symmetrically as it rose, and only then to the last one. Default false. */
  threePhase?: boolean;
}

// biome-ignore format: a list of names
const oneCycleNames: OptionNames<OneCycleOptions> = {
  totalSteps: 0, epochs: 0, stepsPerEpoch: 0, pctStart: 0, annealStrategy: 0, cycleMomentum: 0, baseMomentum: 0,
  maxMomentum: 0, divFactor: 0, finalDivFactor: 0, threePhase: 0,
};

interface Phase {
  end: number;
  lr: readonly [keyof Rates, keyof Rates];
  momentum: readonly ["base" | "max", "base" | "max"];
}

interface Rates {
  first: number;
  top: number;
  last: number;
}

/**
 * One rise to `maxLr` (one rate for all groups, or one for each) and one fall over the whole training, stepped once a batch.
 * As `torch.optim.lr_scheduler.OneCycleLR`; Smith and Topin, arXiv 1708.07120.
 *
 * @throws ChainruleError `argument` without the length of the cycle, for a `pctStart` outside of [0, 1], for a list of rates that is not
 * as long as there are groups, for an optimizer without a momentum to cycle, and when it is stepped beyond the cycle
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
 * const schedule = new optim.OneCycleLR(optimizer, 1, { totalSteps: 6, pctStart: 0.5 });
 * const rates: number[] = [];
 * for (let batch = 0; batch < 6; batch++) {
 *   rates.push(...schedule.getLastLr());
 *   if (batch < 5) schedule.step(); // after the optimizer's step
 * }
 * rates; // → [0.04, 0.52, 1, 0.75, 0.25, 4e-06]
 */
export class OneCycleLR extends Schedule<OneCycleOptions & { maxLr: number | readonly number[] }> {
  declare private rates: Rates[];
  declare private phases: Phase[];
  declare private total: number;

  constructor(optimizer: Scheduled, maxLr: number | readonly number[], options: OneCycleOptions) {
    checkOptions("OneCycleLR", options, oneCycleNames);
    super(optimizer, { ...options, maxLr });
  }

  protected override start(): void {
    const {
      totalSteps,
      epochs,
      stepsPerEpoch,
      pctStart = 0.3,
      threePhase = false,
      cycleMomentum = true,
    } = this.options;
    const total = totalSteps ?? (epochs ?? Number.NaN) * (stepsPerEpoch ?? Number.NaN);
    if (!(Number.isInteger(total) && total > 0)) {
      throw new ChainruleError(
        "argument",
        `OneCycleLR was given ${totalSteps} total steps, ${epochs} epochs and ${stepsPerEpoch} steps per epoch.`,
        "Give totalSteps, or both epochs and stepsPerEpoch, as whole numbers above 0.",
      );
    }
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new ChainruleError("argument", `pctStart is ${pctStart}.`, "Give a share from 0 to 1.");
    }
    checkChoice("annealStrategy", this.options.annealStrategy, ["cos", "linear"]);
    this.total = total;
    const { divFactor = 25, finalDivFactor = 1e4 } = this.options;
    this.rates = perGroup("maxLr", this.options.maxLr, this.optimizer).map((top) => {
      const first = top / divFactor;
      return { first, top, last: first / finalDivFactor };
    });
    const up: Phase = { end: pctStart * total - 1, lr: ["first", "top"], momentum: ["max", "base"] };
    this.phases = threePhase
      ? [
          up,
          { end: 2 * pctStart * total - 2, lr: ["top", "first"], momentum: ["base", "max"] },
          { end: total - 1, lr: ["first", "last"], momentum: ["max", "max"] },
        ]
      : [up, { end: total - 1, lr: ["top", "last"], momentum: ["base", "max"] }];
    if (cycleMomentum) requireMomentum(this.optimizer);
    this.optimizer.paramGroups.forEach((group, i) => {
      group.initialLr = this.rates[i].first;
    });
    this.baseLrs = this.rates.map((r) => r.first);
  }

  protected next(_lr: number, step: number, _base: number, group: number): number {
    if (step > this.total) {
      throw new ChainruleError(
        "argument",
        `OneCycleLR was stepped ${step} times, and its cycle has ${this.total} steps.`,
        "Make it with more totalSteps, or stop stepping.",
      );
    }
    const {
      annealStrategy = "cos",
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
    } = this.options;
    let start = 0;
    let phase = this.phases[0];
    for (phase of this.phases) {
      if (step <= phase.end) break;
      if (phase !== this.phases[this.phases.length - 1]) start = phase.end;
    }
    const share = (step - start) / (phase.end - start);
    const between = (a: number, b: number): number =>
      annealStrategy === "cos" ? b + ((a - b) / 2) * (1 + cosOfHalfTurns(share)) : (b - a) * share + a;
    if (cycleMomentum) {
      const momenta = { base: baseMomentum, max: maxMomentum };
      setMomentum(
        this.optimizer.paramGroups[group],
        between(momenta[phase.momentum[0]], momenta[phase.momentum[1]]),
      );
    }
    const rates = this.rates[group];
    return between(rates[phase.lr[0]], rates[phase.lr[1]]);
  }
}

/** Options of {@link CyclicLR}. */
export interface CyclicOptions {
  /** Steps on the way up. Default 2000. */
  stepSizeUp?: number;
  /** Steps on the way down. Default: as on the way up. */
  stepSizeDown?: number;
  /**
   * "triangular" keeps the height, "triangular2" halves it each cycle, "expRange" multiplies it by gamma each step. Default
   * "triangular".
   */
  mode?: "triangular" | "triangular2" | "expRange";
  /** What "expRange" multiplies the height by at each step. Default 1. */
  gamma?: number;
  /** A factor of the height of one's own, in place of `mode`. Without it `mode` says the height. */
  scaleFn?: (x: number) => number;
  /** What `scaleFn` is given: the number of the cycle from 1, or the step. Default "cycle". */
  scaleMode?: "cycle" | "iterations";
  /** Move the momentum, or Adam's β₁, against the rate. Default true. */
  cycleMomentum?: boolean;
  /** The momentum at `maxLr`: one for all groups, or one for each. Default 0.8. */
  baseMomentum?: number | readonly number[];
  /** The momentum at `baseLr`: one for all groups, or one for each. Default 0.9. */
  maxMomentum?: number | readonly number[];
}

// biome-ignore format: a list of names
const cyclicNames: OptionNames<CyclicOptions> = {
  stepSizeUp: 0, stepSizeDown: 0, mode: 0, gamma: 0, scaleFn: 0, scaleMode: 0, cycleMomentum: 0, baseMomentum: 0, maxMomentum: 0,
};

/**
 * The rate goes up and down between `baseLr` and `maxLr` (one rate for all groups, or one for each), again and again, stepped
 * once a batch. As `torch.optim.lr_scheduler.CyclicLR`; Smith, arXiv 1506.01186.
 *
 * @throws ChainruleError `argument` for a list that is not as long as there are groups, for an optimizer without a momentum to cycle,
 * and unless stepSizeUp > 0 and stepSizeDown ≥ 0
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0], { requiresGrad: true })]);
 * const options = { stepSizeUp: 2, mode: "triangular2", cycleMomentum: false } as const;
 * const schedule = new optim.CyclicLR(optimizer, 1, 2, options);
 * const rates: number[] = [];
 * for (let batch = 0; batch < 8; batch++, schedule.step()) rates.push(...schedule.getLastLr());
 * rates; // → [1, 1.5, 2, 1.5, 1, 1.25, 1.5, 1.25]
 */
export class CyclicLR extends Schedule<
  CyclicOptions & { baseLr: number | readonly number[]; maxLr: number | readonly number[] }
> {
  declare private top: number[];
  declare private momenta: { base: number[]; max: number[] };

  constructor(
    optimizer: Scheduled,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicOptions = {},
  ) {
    checkOptions("CyclicLR", options, cyclicNames);
    super(optimizer, { ...options, baseLr, maxLr });
  }

  protected override start(): void {
    const { baseLr, maxLr, cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = this.options;
    const { stepSizeUp = 2000, stepSizeDown = 0 } = this.options;
    checkRange("stepSizeUp", stepSizeUp, 0, Number.POSITIVE_INFINITY, "()");
    checkRange("stepSizeDown", stepSizeDown, 0);
    checkChoice("mode", this.options.mode, ["triangular", "triangular2", "expRange"]);
    checkChoice("scaleMode", this.options.scaleMode, ["cycle", "iterations"]);
    this.baseLrs = perGroup("baseLr", baseLr, this.optimizer);
    this.top = perGroup("maxLr", maxLr, this.optimizer);
    this.momenta = {
      base: perGroup("baseMomentum", baseMomentum, this.optimizer),
      max: perGroup("maxMomentum", maxMomentum, this.optimizer),
    };
    if (cycleMomentum) requireMomentum(this.optimizer);
  }

  protected next(_lr: number, step: number, base: number, group: number): number {
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, cycleMomentum = true } = this.options;
    const total = stepSizeUp + stepSizeDown;
    const cycle = Math.floor(1 + step / total);
    const x = 1 + step / total - cycle;
    const turn = stepSizeUp / total;
    const height = x <= turn ? x / turn : (x - 1) / (turn - 1);
    const scale = this.scale(cycle, step);
    if (cycleMomentum) {
      const { base: low, max: high } = this.momenta;
      setMomentum(
        this.optimizer.paramGroups[group],
        high[group] - (high[group] - low[group]) * height * scale,
      );
    }
    return base + (this.top[group] - base) * height * scale;
  }

  private scale(cycle: number, step: number): number {
    const { mode = "triangular", gamma = 1, scaleFn, scaleMode = "cycle" } = this.options;
    if (scaleFn) return scaleFn(scaleMode === "cycle" ? cycle : step);
    if (mode === "triangular2") return powerOf(2, 1 - cycle);
    return mode === "expRange" ? powerOf(gamma, step) : 1;
  }
}
