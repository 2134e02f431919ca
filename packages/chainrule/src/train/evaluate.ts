import type { Module } from "../nn/index.ts";
import { cat, defaultGenerator, grad, noGrad, Tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
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
  reductionOf,
  run,
  wholeOf,
} from "./batches.ts";
import { pause } from "./pause.ts";
import { inEvaluation, withoutDraws } from "./state.ts";
import type { WeightedLoss } from "./weighted.ts";

/** What {@link evaluate} measures, and on what. */
export interface EvaluateOptions<M extends Module, B extends Batch> extends BatchOptions {
  /** Batches `[input, target]`, gone through once: a DataLoader, or an array of batches. */
  data: Batches<B>;
  /** The loss of a batch. Without it, the risk is NaN. */
  loss?: LossFunction<M, B>;
  /** Scores of all outputs and targets together, such as `{ accuracy }`. Default: none. */
  metrics?: Readonly<Record<string, Metric<M>>>;
  /** Aborting throws the signal's reason before the next batch. Without it, nothing stops the pass. */
  signal?: AbortSignal;
}

/** What {@link evaluate} found. */
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
 * @throws ChainruleError `data` when there are no batches, or they are no `[input, target]`, `shape` for a loss that is not one number,
 * `argument` for metrics of a model that gives something else than a tensor
 *
 * @example
 * const x = tensor([[2, 0], [0, 1], [3, 0]]);
 * const y = tensor([0, 1, 1], { dtype: "int32" });
 * const data = new DataLoader(new TensorDataset(x, y), { batchSize: 2 });
 * const loss = new nn.CrossEntropyLoss();
 * const found = await evaluate(new nn.Identity(), { data, loss, metrics: { accuracy } });
 * found; // → { loss: 1.163, metrics: { accuracy: 0.6667 }, rows: 3 }
 */
export async function evaluate<M extends Module, B extends Batch>(
  model: M,
  options: EvaluateOptions<M, B>,
): Promise<Evaluation> {
  checkOptions("evaluate", options, names);
  return evaluateBy(model, (...inputs) => run(model, inputs), options);
}

// biome-ignore format: a list of names
const names: OptionNames<EvaluateOptions<Module, Batch>> = {
  data: 0, loss: 0, metrics: 0, signal: 0, inputs: 0, reduction: 0,
};

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
  if (reductionOf(options) === "sum") return { factor: 1, mass: rows };
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

/** The risk whose gradient {@link gradientNorm} takes. */
export interface GradientNormOptions<M extends Module, B extends Batch> extends BatchOptions {
  /** Batches `[input, target]`: a DataLoader, or an array of batches. */
  data: Batches<B>;
  /** The loss of a batch. */
  loss: LossFunction<M, B>;
}

/**
 * The first-order optimality ‖∇L‖₂: the norm of the gradient of the whole risk L (the mean of the loss over all rows) by all
 * parameters that are trained, in evaluation mode. It is zero at a minimum. Nothing is touched: no `grad`, no buffer, no mode and no
 * generator. A DataLoader is read in the order of its dataset, each row once.
 *
 * The penalty of `weightDecay` is not part of L.
 *
 * @throws ChainruleError `data` when there are no batches, or they are no `[input, target]`, `shape` for a loss that is not one number
 *
 * @example
 * // L(w) = mean (w x − y)², so ∂L/∂w = mean 2 (w x − y) x
 * const model = new nn.Linear(1, 1, { bias: false });
 * nn.init.constant_(model.weight, 1);
 * const data = [[tensor([[1], [2]]), tensor([[2], [4]])]];
 * await gradientNorm(model, { data, loss: new nn.MSELoss() }); // → { gradientNorm: 5, loss: 2.5 }
 * nn.init.constant_(model.weight, 2);
 * await gradientNorm(model, { data, loss: new nn.MSELoss() }); // → { gradientNorm: 0, loss: 0 }
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
