import type { Module } from "../nn/index.ts";
import { clipGradNorm_ } from "../nn/utils.ts";
import { compile, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { type Batch, type BatchOptions, type LossFunction, lossOf, partsOf, run } from "./batches.ts";
import type { TrainingOptimizer } from "./state.ts";

export interface StepOptions<M extends Module, B extends Batch> extends BatchOptions {
  loss: LossFunction<M, B>;
  optimizer: TrainingOptimizer;
  /** The largest norm of all gradients together; larger ones are scaled down. */
  clipNorm?: number;
  /**
   * Run each step as one compiled program. Default true. A step that cannot be compiled runs op by op, and one line on the console
   * says why.
   */
  compile?: boolean;
}

/** One training step: moves the parameters and returns the loss of the batch before the move. Reads no value. */
export type Step<B extends Batch> = (batch: B) => Tensor;

/** The step that `fit` repeats: clear gradients, forward, backward, clip, update. */
export function makeStep<M extends Module, B extends Batch>(model: M, options: StepOptions<M, B>): Step<B> {
  const { loss, optimizer, clipNorm } = options;
  const parameters = optimizer.paramGroups.flatMap((group) => group.params);
  const step: Step<B> = (batch) => {
    const { inputs, target } = partsOf(batch, options);
    // As a closure, because LBFGS evaluates it several times.
    return optimizer.step(() => {
      optimizer.zeroGrad();
      const value = lossOf(loss, run(model, inputs), target, batch);
      value.backward();
      if (clipNorm !== undefined) clipGradNorm_(parameters, clipNorm);
      return value;
    });
  };
  return (options.compile ?? true) ? whereItCompiles(step) : step;
}

/** The step compiled, for as long as that works: a refusal comes before anything has changed. */
function whereItCompiles<B extends Batch>(step: Step<B>): Step<B> {
  const compiled = compile(step);
  let runs = compiled as Step<B>;
  return (batch) => {
    if (runs === step) return step(batch);
    try {
      return runs(batch);
    } catch (error) {
      if (!(error instanceof ChainruleError) || (error.code !== "record" && error.code !== "backend"))
        throw error;
      console.warn(`fit runs uncompiled, and slower: ${error.message}`);
      compiled.dispose();
      runs = step;
      return step(batch);
    }
  };
}
