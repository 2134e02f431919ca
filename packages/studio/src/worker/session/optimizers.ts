/** The optimizers that a training can have. */
import { optim, type Tensor } from "chainrule";
import type { OptimizerName, TrainingConfig } from "../../protocol.ts";

type AnyOptimizer = optim.Optimizer<optim.CommonOptions>;
type Options = Pick<TrainingConfig, "lr" | "weightDecay">;

const makers: Readonly<Record<OptimizerName, (params: Tensor[], options: Options) => unknown>> = {
  sgd: (params, options) => new optim.SGD(params, options),
  momentum: (params, options) => new optim.SGD(params, { ...options, momentum: 0.9 }),
  adam: (params, options) => new optim.Adam(params, options),
  adamw: (params, options) => new optim.AdamW(params, options),
  rmsprop: (params, options) => new optim.RMSprop(params, options),
};

/** The optimizer of some settings over the parameters that are learned. */
export const optimizerOf = (params: readonly Tensor[], { optimizer, lr, weightDecay }: TrainingConfig) =>
  makers[optimizer](
    params.filter((p) => p.requiresGrad),
    { lr, weightDecay },
  ) as AnyOptimizer;
