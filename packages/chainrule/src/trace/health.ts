import type { Module } from "../nn/index.ts";
import { switchToEval } from "../nn/module/modes.ts";
import { enableGrad, grad, isFloating, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { distributionOf, normOf } from "./distribution.ts";
import { alarmsOf, SATURATED_ROWS, SATURATED_SLOPE } from "./health-alarms.ts";
import type { Health, LayerHealth } from "./health-format.ts";
import { type WatchedLayer, watchForward } from "./watched.ts";

/** What {@link health} needs beside the model and its input. */
export interface HealthOptions {
  /** What the loss compares the model's output with. */
  readonly target: Tensor;
  /** ℓ of output and target: one number. A loss of `chainrule/nn` will do. */
  readonly loss: (output: Tensor, target: Tensor) => Tensor;
  /** The parameters before the last update by their paths, such as a copied `stateDict()`; without them update ratios are null. */
  readonly previous?: Readonly<Record<string, Tensor>>;
}

/** ∂L/∂(parameter) by the parameter. */
type Gradients = ReadonlyMap<Tensor, Tensor>;

/**
 * How a model is, by one forward and one backward pass over some rows in evaluation mode: how weights, activations and gradients are
 * spread, which units are dead or saturated, how far gradients reach, and what of it calls for something to be done. Layers are calls of
 * modules with parameters, and activations, also those that a `forward` applies by itself.
 *
 * Nothing of the model changes: no `grad`, buffer, generator or mode. Its cost is that of a step, so give it a sample: 256 rows tell as
 * much as all.
 *
 * @param x what the model is called with: a tensor with a row for each example, or several of them
 * @throws ChainruleError `argument` without a target or a loss, or where the loss is not one number that depends on a parameter
 *
 * @example
 * const hidden = new nn.Linear(2, 4);
 * nn.init.constant_(hidden.parameters()[1], -9); // the bias: no input of a rectifier is above 0
 * const model = new nn.Sequential(hidden, new nn.ReLU(), new nn.Linear(4, 1));
 * const [x, target, loss] = [rand([32, 2]), rand([32, 1]), new nn.MSELoss()];
 * const { layers, alarms } = health(model, x, { target, loss });
 * alarms.map(({ kind, layer }) => [kind, layer]); // → [['dead-units', '1'], ['vanishing-gradients', '0']]
 * alarms[0].evidence; // → '4 of 4 units (100 %) of layer 1 (ReLU) give no gradient in any of 32 rows …'
 * layers[1].dead; // → [0, 1, 2, 3]
 */
export function health(
  model: Module,
  x: Tensor | readonly Tensor[],
  { target, loss, previous = {} }: HealthOptions,
): Health {
  if (typeof loss !== "function" || !(target instanceof Tensor)) {
    throw new ChainruleError(
      "argument",
      "health was given no loss, or no target that is a tensor.",
      "Give both as options: health(model, x, { target, loss: new nn.MSELoss() }).",
    );
  }
  const inputs = x instanceof Tensor ? [x] : x;
  const rows = rowsOf(inputs);
  const paths = new Map<Tensor, string>(model.namedParameters().map(([path, p]) => [p, path]));
  const restore = switchToEval(model);
  try {
    return enableGrad(() => {
      const { result, layers } = watchForward(model, () => model(...(inputs as never[])) as Tensor);
      const risk = loss(result, target);
      const trained = model.parameters().filter(({ requiresGrad }) => requiresGrad);
      const gradients = gradientsOf(risk, [...trained, ...layers.map(({ output }) => output)]);
      const before = (parameter: Tensor): Tensor | undefined => previous[paths.get(parameter) ?? ""];
      const found = layers.map((layer) => layerHealth(layer, rows, gradients, before));
      const health = {
        rows,
        loss: risk.item(),
        gradientNorm: normOf(trained.flatMap((p) => gradients.get(p)?.data ?? [])),
        layers: found,
      };
      return { ...health, alarms: alarmsOf(health, (i) => unitInputs(layers[i], rows)) };
    });
  } finally {
    restore();
  }
}

/** The gradients of what the loss depends on. */
function gradientsOf(loss: Tensor, all: readonly Tensor[]): Gradients {
  if (loss.numel !== 1 || !loss.requiresGrad) {
    throw new ChainruleError(
      "argument",
      loss.numel === 1
        ? "The loss depends on no parameter that is trained."
        : `The loss has ${loss.numel} elements, and health needs one number.`,
      loss.numel === 1
        ? "Compute it from the model's output, and call requiresGrad_() on the model."
        : "Use a loss with a mean or a sum.",
    );
  }
  const asked = all.filter(({ requiresGrad }) => requiresGrad);
  const found = grad(loss, asked, { allowUnused: true });
  return new Map(asked.flatMap((tensor, i) => (found[i] === null ? [] : [[tensor, found[i]]])));
}

/** A vector of numbers is one row; codes and matrices have a row for each place of their first dimension. */
const rowsOf = (inputs: readonly Tensor[]): number => {
  const batch = inputs.find(({ ndim, dtype }) => ndim > 1 || (ndim === 1 && !isFloating(dtype)));
  return batch?.shape[0] ?? 1;
};

function layerHealth(
  { path, kind, k, parameters, output, activation }: WatchedLayer,
  rows: number,
  gradients: Gradients,
  before: (parameter: Tensor) => Tensor | undefined,
): LayerHealth {
  const weights = [...parameters];
  const derived = weights.flatMap((p) => gradients.get(p) ?? []);
  const signal = gradients.get(output);
  const width = widthOf(output, rows);
  const flat = activation === null ? null : flatRows(activation.slope(), activation.steepest, width);
  const count = output.numel / width;
  const flatUnits = (least: number): number[] =>
    flat === null || count === 0 ? [] : [...flat.keys()].filter((unit) => flat[unit] >= least);
  return {
    path,
    kind,
    k,
    weights: weights.length === 0 ? null : distributionOf(joined(weights)),
    activations: distributionOf(output.data),
    gradients: derived.length === 0 ? null : distributionOf(joined(derived)),
    signals: signal === undefined ? null : distributionOf(signal.data),
    units: width,
    dead: activation?.sides === 1 ? flatUnits(count) : [],
    saturated: activation?.sides === 2 ? flatUnits(SATURATED_ROWS * count) : [],
    gradientNorm: derived.length === 0 ? null : normOf(derived.map(({ data }) => data)),
    updateRatio: updateRatio(weights, before),
  };
}

/** How many units there are: numbers for each row. What has no dimension for rows counts by its last one. */
function widthOf({ shape, numel, ndim }: Tensor, rows: number): number {
  if (ndim === 0 || numel === 0) return 1;
  if (ndim === 1 && rows === 1) return numel;
  return shape[0] === rows ? numel / rows : shape[ndim - 1];
}

function joined(tensors: readonly Tensor[]): ArrayLike<number> {
  if (tensors.length === 1) return tensors[0].data;
  const all = new Float64Array(tensors.reduce((sum, { numel }) => sum + numel, 0));
  let at = 0;
  for (const { data } of tensors) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

/** For each unit, in how many rows its slope is nearly zero. */
function flatRows({ data }: Tensor, steepest: number, width: number): Int32Array {
  const counts = new Int32Array(width);
  const limit = SATURATED_SLOPE * steepest;
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]) < limit) counts[i % width]++;
  return counts;
}

/** ‖w − w before‖ / ‖w before‖; null where it is not known. */
function updateRatio(
  weights: readonly Tensor[],
  before: (parameter: Tensor) => Tensor | undefined,
): number | null {
  let [moved, size] = [0, 0];
  for (const weight of weights) {
    const old = before(weight)?.data;
    if (old === undefined || old.length !== weight.numel) return null;
    const { data } = weight;
    for (let i = 0; i < data.length; i++) {
      moved += (data[i] - old[i]) ** 2;
      size += old[i] ** 2;
    }
  }
  return size > 0 ? Math.sqrt(moved / size) : null;
}

/** The largest input of each unit of an activation over the rows. */
function unitInputs({ activation, output }: WatchedLayer, rows: number): Float64Array {
  const width = widthOf(output, rows);
  const largest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  const data = activation?.input.data ?? [];
  for (let i = 0; i < data.length; i++) largest[i % width] = Math.max(largest[i % width], data[i]);
  return largest;
}
