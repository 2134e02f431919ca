import * as optim from "../../optim/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { TrainingOptimizer } from "../../train/index.ts";
import { ChainruleError } from "../../util/errors.ts";

/** Parameters that share a rate and a decay. */
export interface RatedGroup {
  readonly params: Tensor[];
  readonly lr: number;
  readonly weightDecay: number;
}

export interface OptimizerSettings {
  readonly lr: number;
  readonly weightDecay: number;
  /** Decay rate of the average of gradients: β₁ of Adam and its kin, momentum of SGD and RMSprop. RMSprop has none by default. */
  readonly momentum: number;
  /** Decay rate of the average of squared gradients: β₂ of Adam and its kin, α of RMSprop, ρ of Adadelta. */
  readonly beta2: number;
}

/** Settings that some optimizers do not have. */
const optional = ["momentum", "beta2", "weightDecay"] as const;
export type OptionalSetting = (typeof optional)[number];

interface Maker {
  readonly make: (groups: RatedGroup[], settings: OptimizerSettings) => TrainingOptimizer;
  /** The rate to start with. */
  readonly lr: number;
  /** Which of the settings that not all have it has. */
  readonly takes: readonly OptionalSetting[];
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
  adamw: {
    make: (groups, settings) => new optim.AdamW(groups, betas(settings)),
    lr: 0.003,
    takes: optional,
    scaling: "none",
  },
  adam: {
    make: (groups, settings) => new optim.Adam(groups, betas(settings)),
    lr: 0.003,
    takes: optional,
    scaling: "none",
  },
  nadam: {
    make: (groups, settings) => new optim.NAdam(groups, betas(settings)),
    lr: 0.003,
    takes: optional,
    scaling: "none",
  },
  radam: {
    make: (groups, settings) => new optim.RAdam(groups, betas(settings)),
    lr: 0.003,
    takes: optional,
    scaling: "none",
  },
  adamax: {
    make: (groups, settings) => new optim.Adamax(groups, betas(settings)),
    lr: 0.003,
    takes: optional,
    scaling: "none",
  },
  sgd: {
    make: (groups, { momentum }) => new optim.SGD(groups, { momentum, nesterov: momentum > 0 }),
    lr: 0.05,
    takes: ["momentum", "weightDecay"],
    scaling: "linear",
  },
  asgd: { make: (groups) => new optim.ASGD(groups), lr: 0.05, takes: ["weightDecay"], scaling: "linear" },
  rmsprop: {
    make: (groups, { momentum, beta2 }) => new optim.RMSprop(groups, { momentum, alpha: beta2 }),
    lr: 0.001,
    takes: optional,
    scaling: "none",
  },
  adagrad: { make: (groups) => new optim.Adagrad(groups), lr: 0.01, takes: ["weightDecay"], scaling: "none" },
  adadelta: {
    make: (groups, { beta2 }) => new optim.Adadelta(groups, { rho: beta2 }),
    lr: 1,
    takes: ["beta2", "weightDecay"],
    scaling: null,
  },
  rprop: { make: (groups) => new optim.Rprop(groups), lr: 0.01, takes: ["weightDecay"], scaling: null },
  lbfgs: {
    make: (groups, { lr }) =>
      new optim.LBFGS(
        groups.flatMap(({ params }) => params),
        { lr, lineSearchFn: "strongWolfe" },
      ),
    lr: 1,
    takes: [],
    scaling: null,
  },
} as const satisfies Record<string, Maker>;

/** The name of an optimizer that a table's network can be trained by: one of {@link optimizerNames}. */
export type OptimizerName = keyof typeof optimizers;
/** The optimizers of {@link Settings}: all of `optim`, their classes' names in lower case. */
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/** Whether a setting has an effect on an optimizer. All that is not the optimizer's own has one. */
export const takes = (optimizer: OptimizerName, setting: string): boolean =>
  !optional.some((name) => name === setting && !(optimizers[optimizer] as Maker).takes.includes(name));

/**
 * Checks that an optimizer takes what was given for it. 0 is what those have that do not.
 *
 * @throws ChainruleError `argument` for a setting without effect
 */
export function checkTaken(
  optimizer: OptimizerName,
  given: { readonly [K in OptionalSetting]?: number | undefined },
): void {
  const odd = optional.find((name) => given[name] && !takes(optimizer, name));
  if (odd === undefined) return;
  const others = optimizerNames.filter((name) => takes(name, odd));
  throw new ChainruleError(
    "argument",
    `The optimizer ${optimizer} has no ${odd}, which is given as ${given[odd]}.`,
    `Leave it out, or choose another optimizer: ${others.join(", ")}.`,
  );
}
