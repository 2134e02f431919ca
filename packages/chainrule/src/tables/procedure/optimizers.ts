import * as optim from "../../optim/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { TrainingOptimizer } from "../../train/index.ts";

/** Parameters that share a rate and a decay. */
export interface RatedGroup {
  readonly params: Tensor[];
  readonly lr: number;
  readonly weightDecay: number;
}

export interface OptimizerSettings {
  readonly lr: number;
  readonly weightDecay: number;
  /** Decay rate of the average of gradients: β₁ of Adam and its kin, momentum of SGD and RMSprop. */
  readonly momentum: number;
  /** Decay rate of the average of squared gradients: β₂ of Adam and its kin, α of RMSprop, ρ of Adadelta. */
  readonly beta2: number;
}

interface Maker {
  readonly make: (groups: RatedGroup[], settings: OptimizerSettings) => TrainingOptimizer;
  /** The rate to start with. */
  readonly lr: number;
  /**
   * How a step grows with the scale of the gradient: "none" where the rate alone says how far a weight moves, as with Adam, "linear"
   * for plain gradient steps. null: the step has no rate for each group.
   */
  readonly scaling: "none" | "linear" | null;
}

const betas = ({ momentum, beta2 }: OptimizerSettings): { betas: [number, number] } => ({
  betas: [momentum, beta2],
});

/** All optimizers of the library, by the name that a training has for them. */
export const optimizers = {
  adamw: { make: (groups, settings) => new optim.AdamW(groups, betas(settings)), lr: 0.003, scaling: "none" },
  adam: { make: (groups, settings) => new optim.Adam(groups, betas(settings)), lr: 0.003, scaling: "none" },
  nadam: { make: (groups, settings) => new optim.NAdam(groups, betas(settings)), lr: 0.003, scaling: "none" },
  radam: { make: (groups, settings) => new optim.RAdam(groups, betas(settings)), lr: 0.003, scaling: "none" },
  adamax: {
    make: (groups, settings) => new optim.Adamax(groups, betas(settings)),
    lr: 0.003,
    scaling: "none",
  },
  sgd: {
    make: (groups, { momentum }) => new optim.SGD(groups, { momentum, nesterov: momentum > 0 }),
    lr: 0.05,
    scaling: "linear",
  },
  asgd: { make: (groups) => new optim.ASGD(groups), lr: 0.05, scaling: "linear" },
  rmsprop: {
    make: (groups, { beta2 }) => new optim.RMSprop(groups, { alpha: beta2 }),
    lr: 0.001,
    scaling: "none",
  },
  adagrad: { make: (groups) => new optim.Adagrad(groups), lr: 0.01, scaling: "none" },
  adadelta: { make: (groups, { beta2 }) => new optim.Adadelta(groups, { rho: beta2 }), lr: 1, scaling: null },
  rprop: { make: (groups) => new optim.Rprop(groups), lr: 0.01, scaling: null },
  lbfgs: {
    make: (groups, { lr }) =>
      new optim.LBFGS(
        groups.flatMap(({ params }) => params),
        { lr, lineSearchFn: "strongWolfe" },
      ),
    lr: 1,
    scaling: null,
  },
} as const satisfies Record<string, Maker>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];
