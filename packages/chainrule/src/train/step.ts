import type { Module } from "../nn/index.ts";
import { clipGradNorm_, clipGradValue_ } from "../nn/utils.ts";
import { compile, type Tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Averages } from "./averages.ts";
import { type Batch, type BatchOptions, type LossFunction, lossOf, partsOf, run } from "./batches.ts";
import type { TrainingOptimizer } from "./state.ts";

export interface StepOptions<M extends Module, B extends Batch> extends BatchOptions {
  loss: LossFunction<M, B>;
  optimizer: TrainingOptimizer;
  /** The largest norm of all gradients together; larger ones are scaled down. */
  clipNorm?: number;
  /** The largest absolute value of an element of a gradient; larger ones are cut. */
  clipValue?: number;
  l1?: Lasso;
  /**
   * Run each step as one compiled program. Default true. A step that cannot be compiled runs op by op, and one line on the console
   * says why.
   */
  compile?: boolean;
}

/** The factor λ of a penalty λ Σ|w|: over the model's parameters of two or more dimensions (no biases), or over those given. */
export type Lasso = number | { readonly strength: number; readonly parameters: readonly Tensor[] };

/** One training step: moves the parameters and returns the loss of the batch before the move. Reads no value. */
export type Step<B extends Batch> = (batch: B) => Tensor;

/** The step that `fit` repeats: clear gradients, forward, backward, clip, update, average. */
export function makeStep<M extends Module, B extends Batch>(
  model: M,
  options: StepOptions<M, B>,
  averages?: Averages,
): Step<B> {
  const { loss, optimizer, clipNorm, clipValue, l1 } = options;
  const parameters = optimizer.paramGroups.flatMap((group) => group.params);
  const step: Step<B> = (batch) => {
    const { inputs, target } = partsOf(batch, options);
    // As a closure, because LBFGS evaluates it several times.
    const before = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = lossOf(loss, run(model, inputs), target, batch);
      (l1 === undefined ? value : value.add(penalty(model, l1))).backward();
      if (clipValue !== undefined) clipGradValue_(parameters, clipValue);
      if (clipNorm !== undefined) clipGradNorm_(parameters, clipNorm);
      return value;
    });
    averages?.follow();
    return before;
  };
  const runs = (options.compile ?? true) ? whereItCompiles(step) : step;
  if (!averages) return runs;
  return (batch) => {
    const value = runs(batch);
    averages.stepped();
    return value;
  };
}

/** λ Σ|w|, whose gradient is λ sign w, and 0 at w = 0. */
function penalty(model: Module, l1: Lasso): Tensor {
  const { strength, parameters } =
    typeof l1 === "number"
      ? { strength: l1, parameters: model.parameters().filter((p) => p.ndim > 1 && p.requiresGrad) }
      : l1;
  return parameters.reduce((sum, p) => sum.add(p.abs().sum()), zeros([])).mul(strength);
}

/** A function compiled, for as long as that works: a refusal comes before anything has changed. */
export function whereItCompiles<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  what = "fit",
): ((...args: A) => R) & { dispose(): void } {
  const compiled = compile(f as never) as { dispose(): void };
  let runs = compiled as unknown as (...args: A) => R;
  const call = (...args: A): R => {
    if (runs === f) return f(...args);
    try {
      return runs(...args);
    } catch (error) {
      if (!(error instanceof ChainruleError) || (error.code !== "record" && error.code !== "backend"))
        throw error;
      console.warn(`${what} runs uncompiled, and slower: ${error.message}`);
      compiled.dispose();
      runs = f;
      return f(...args);
    }
  };
  return Object.assign(call, { dispose: () => compiled.dispose() });
}
