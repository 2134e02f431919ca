import type { Module } from "../nn/index.ts";
import { cat, defaultGenerator, grad, noGrad, Tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import {
  type Batch,
  type Batches,
  type BatchOptions,
  checkBatches,
  forEachBatch,
  generatorsOf,
  type LossFunction,
  lossOf,
  type Metric,
  noBatches,
  type Output,
  partsOf,
  run,
  wholeOf,
} from "./batches.ts";
import { pause } from "./pause.ts";
import { inEvaluation, withoutDraws } from "./state.ts";
import type { WeightedLoss } from "./weighted.ts";

export interface EvaluateOptions<M extends Module, B extends Batch> extends BatchOptions {
  data: Batches<B>;
  loss?: LossFunction<M, B>;
  metrics?: Readonly<Record<string, Metric<M>>>;
  signal?: AbortSignal;
}

export interface Evaluation {
  /** The risk: the mean of the loss over all rows, by their weights with {@link weighted}; NaN without a loss. */
  loss: number;
  /** Each metric of all outputs and targets. */
  metrics: Record<string, number>;
  /** Number of rows. */
  rows: number;
}

/**
 * The risk of a model on data, and metrics: in evaluation mode, without gradients, one pass. The mode of each layer is put back.
 *
 * @throws ChainruleError `data` when there are no batches
 *
 * @example
 * const test = await evaluate(model, { data: testLoader, loss: new nn.CrossEntropyLoss(), metrics: { accuracy } });
 * console.log(test.loss, test.metrics.accuracy);
 */
export const evaluate = <M extends Module, B extends Batch>(
  model: M,
  options: EvaluateOptions<M, B>,
): Promise<Evaluation> => evaluateBy(model, (...inputs) => run(model, inputs), options);

/** The same by a function that does what the model does, such as a compiled one. */
export async function evaluateBy<M extends Module, B extends Batch>(
  model: M,
  forward: (...inputs: readonly Tensor[]) => Output<M>,
  options: EvaluateOptions<M, B>,
): Promise<Evaluation> {
  const { data, loss, metrics = {}, signal } = options;
  checkBatches(data, "data");
  const scores = Object.entries(metrics);
  const outputs: Tensor[] = [];
  const targets: Tensor[] = [];
  let rows = 0;
  let mass = 0;
  let sum = loss ? 0 : Number.NaN;
  await inEvaluation(model, () =>
    forEachBatch(data, (batch) => {
      signal?.throwIfAborted();
      const parts = partsOf(batch, options);
      noGrad(() => {
        const output = forward(...parts.inputs);
        if (loss) {
          const weight = weightOf(batch, options);
          sum += lossOf(loss, output, parts.target, batch).item() * weight.factor;
          mass += weight.mass;
        }
        if (scores.length === 0) return;
        outputs.push(tensorOutput(output));
        targets.push(parts.target);
      });
      rows += parts.rows;
      return pause();
    }),
  );
  if (rows === 0) throw noBatches("data", false);
  const scored = (): Record<string, number> => {
    const output = cat(outputs) as Tensor & ReturnType<M["forward"]>;
    const target = cat(targets);
    return Object.fromEntries(scores.map(([name, metric]) => [name, metric(output, target)]));
  };
  return { loss: sum / mass, metrics: scores.length === 0 ? {} : noGrad(scored), rows };
}

/**
 * What the loss of a batch counts in a risk: its factor in the sum of losses, and its part of what that is divided by. A mean stands
 * for all of its rows, or for all of their weights.
 */
export function weightOf(
  batch: Batch,
  options: BatchOptions & { readonly loss?: unknown },
): { factor: number; mass: number } {
  const { rows } = partsOf(batch, options);
  if (options.reduction === "sum") return { factor: 1, mass: rows };
  const { weightOf: sumOf } = (options.loss ?? {}) as Partial<WeightedLoss<never>>;
  const weight = typeof sumOf === "function" ? sumOf(batch) : rows;
  return { factor: weight, mass: weight };
}

function tensorOutput(output: unknown): Tensor {
  if (output instanceof Tensor) return output;
  throw new ChainruleError(
    "argument",
    "Metrics are taken of one tensor, and the model gives something else.",
    "Score outside by a loop of your own, or let forward return one tensor.",
  );
}

export interface GradientNormOptions<M extends Module, B extends Batch> extends BatchOptions {
  data: Batches<B>;
  loss: LossFunction<M, B>;
}

/**
 * The first-order optimality ‖∇L‖₂: the norm of the gradient of the whole risk L (the mean of the loss over all rows) by all
 * parameters that are trained, in evaluation mode. It is zero at a minimum. Nothing is touched: no `grad`, no buffer, no mode and no
 * generator. A {@link DataLoader} is read in the order of its dataset, each row once.
 *
 * The penalty of `weightDecay` is not part of L.
 */
export async function gradientNorm<M extends Module, B extends Batch>(
  model: M,
  options: GradientNormOptions<M, B>,
): Promise<{ gradientNorm: number; loss: number }> {
  const { data, loss } = options;
  checkBatches(data, "data");
  const parameters = model.parameters().filter((p) => p.requiresGrad);
  // In float64, so that the sum over many batches does not lose what is left near a minimum.
  const totals = parameters.map((p) => zeros(p.shape, { dtype: "float64" }));
  let rows = 0;
  let mass = 0;
  let sum = 0;
  await withoutDraws([defaultGenerator, ...generatorsOf(data)], () =>
    inEvaluation(model, () =>
      forEachBatch(wholeOf(data), (batch) => {
        const parts = partsOf(batch, options);
        const value = lossOf(loss, run(model, parts.inputs), parts.target, batch);
        const weight = weightOf(batch, options);
        // ∇L = 1/N Σ_batches weight · ∇ℓ
        grad(value, parameters, { allowUnused: true }).forEach((g, i) => {
          if (g) totals[i].add_(g, { alpha: weight.factor });
        });
        sum += value.item() * weight.factor;
        mass += weight.mass;
        rows += parts.rows;
        return pause();
      }),
    ),
  );
  if (rows === 0) throw noBatches("data", false);
  const squares = totals.map((total) => total.div(mass).square().sum().item());
  return { gradientNorm: Math.sqrt(squares.reduce((a, b) => a + b, 0)), loss: sum / mass };
}
