/**
 * What of a model's health calls for something to be done. Each alarm says what it saw and what helps. The limits:
 *
 * - Dead units: every rectifier has some; with a rate that is too high "as much as 40 %" of them die (CS231n, Neural Networks Part 1).
 * - Saturated: a slope below 1 % of the largest in 95 % of the rows; when it is a quarter of a layer, its gradients suffer (Glorot and
 *   Bengio, AISTATS 2010, show how layers saturate one after the other).
 * - Vanishing and exploding: ∂L/∂y should keep its size from the last layer to the first, which is what the initializations of Glorot and
 *   Bengio 2010 and of He et al., ICCV 2015, are made for. A thousandth, or a thousand times it, is taken for a fault.
 * - Updates: ‖Δw‖ / ‖w‖ "should be somewhere around 1e-3" (CS231n, Neural Networks Part 3); within a factor of 10 it is taken for healthy
 *   when it is large, of 100 when it is small, as it is at the end of a schedule.
 * - Converged: ‖∇L‖ ≤ 1e-4, scikit-learn's tolerance for the gradient of a logistic regression.
 */
import { rootMeanSquare } from "./distribution.ts";
import type { Alarm, Distribution, Health, LayerHealth } from "./health-format.ts";
import { shortNumber } from "./text.ts";

/** An activation is flat where |f'| is below this share of its largest. */
export const SATURATED_SLOPE = 0.01;
/** A unit is saturated that is flat in this share of the rows. */
export const SATURATED_ROWS = 0.95;
/** ‖Δw‖ / ‖w‖ of an update between these is healthy: "around 1e-3" (CS231n, Neural Networks Part 3), with room to both sides. */
export const HEALTHY_UPDATES = { least: 1e-5, most: 1e-2 } as const;

const DEAD = { warning: 0.1, bad: 0.4 } as const;
const SATURATED = { warning: 0.25, bad: 0.75 } as const;
const UPDATES_BAD = 0.1;
const GRADIENT_RATIO = { warning: 1e3, bad: 1e6 } as const;
const STATIONARY = 1e-4;
/** So many units are named. */
const NAMED = 8;

/**
 * @param inputs the largest input of each unit of a layer over the rows, by the layer's place
 */
export function alarmsOf(
  health: Omit<Health, "alarms">,
  inputs: (layer: number) => ArrayLike<number>,
): Alarm[] {
  const broken = notFinite(health);
  if (broken !== null) return [broken];
  const { layers, rows } = health;
  const found = [
    ...layers.flatMap((layer, i) => dead(layer, rows, () => inputs(i))),
    ...layers.flatMap((layer) => saturated(layer, rows)),
    ...acrossLayers(layers),
    ...layers.flatMap(update),
  ];
  // A network whose gradients do not arrive is at no minimum.
  const blocked = found.some(({ severity }) => severity === "bad");
  return [...found, ...(blocked ? [] : converged(health))].sort(
    (a, b) => rank[a.severity] - rank[b.severity],
  );
}

const rank = { bad: 0, warning: 1, note: 2 } as const;

/** The first tensor that is not finite: forward, and then backward. */
function notFinite({ layers, loss, gradientNorm }: Omit<Health, "alarms">): Alarm | null {
  const alarm = (layer: string | null, what: string, { notFinite: n, count }: Distribution): Alarm => ({
    kind: "not-finite",
    severity: "bad",
    layer,
    evidence: `${n} of ${count} numbers of ${what} are NaN or infinite; it is the first such tensor.`,
    remedy: "Go back to weights that are finite; then lower the learning rate, or clip the gradients.",
  });
  for (const layer of layers) {
    if ((layer.weights?.notFinite ?? 0) > 0)
      return alarm(layer.path, `the weights of ${layerName(layer)}`, layer.weights as Distribution);
    if (layer.activations.notFinite > 0)
      return alarm(layer.path, `the output of ${layerName(layer)}`, layer.activations);
  }
  if (!Number.isFinite(loss)) {
    return {
      kind: "not-finite",
      severity: "bad",
      layer: null,
      evidence: `The loss is ${shown(loss)}, of outputs that are finite.`,
      remedy: "Use a loss that takes logits, look for a logarithm or quotient of 0, and look at the targets.",
    };
  }
  for (const layer of layers.toReversed()) {
    if ((layer.signals?.notFinite ?? 0) > 0)
      return alarm(layer.path, `∂L/∂y of ${layerName(layer)}`, layer.signals as Distribution);
    if ((layer.gradients?.notFinite ?? 0) > 0)
      return alarm(layer.path, `∂L/∂W of ${layerName(layer)}`, layer.gradients as Distribution);
  }
  if (Number.isFinite(gradientNorm)) return null;
  return {
    kind: "not-finite",
    severity: "bad",
    layer: null,
    evidence: "A gradient is not finite, of a parameter that is in no layer.",
    remedy: "Let detectAnomaly() name the op.",
  };
}

function dead(layer: LayerHealth, rows: number, inputs: () => ArrayLike<number>): Alarm[] {
  const { dead: units, path } = layer;
  if (units.length === 0) return [];
  const largest = inputs();
  const [first] = units;
  const why = `unit ${first + 1} gets ${shown(largest[first])} at most`;
  return [
    {
      kind: "dead-units",
      severity: severityOf(units.length / layer.units, DEAD),
      layer: path,
      evidence: `${shareOf(units.length, layer.units)} of ${layerName(layer)} give no gradient in any of ${rows} rows: ${places(units)}; ${why}.`,
      remedy:
        "Lower the learning rate, start from He initialization with biases of 0, or use a leaky rectifier (LeakyReLU, GELU, SiLU).",
    },
  ];
}

function saturated(layer: LayerHealth, rows: number): Alarm[] {
  const { saturated: units, path } = layer;
  const share = units.length / layer.units;
  if (share < SATURATED.warning) return [];
  return [
    {
      kind: "saturated-units",
      severity: severityOf(share, SATURATED),
      layer: path,
      evidence: `${shareOf(units.length, layer.units)} of ${layerName(layer)} are at their ends, with a slope below 1 % of the largest, in at least 95 % of ${rows} rows: ${places(units)}.`,
      remedy:
        "Standardize the inputs, start from smaller weights (Glorot initialization), lower the learning rate, or put a normalization before it.",
    },
  ];
}

/** How ∂L/∂y changes from the last layer of weights to the first. */
function acrossLayers(layers: readonly LayerHealth[]): Alarm[] {
  const weighted = layers.filter(({ k, weights, signals }) => k > 0 && weights !== null && signals !== null);
  const [first] = weighted;
  const last = weighted.at(-1);
  if (first === undefined || last === undefined || first.k === last.k) return [];
  const [atFirst, atLast] = [first, last].map(({ signals }) => rootMeanSquare(signals as Distribution));
  if (atLast === 0) return [];
  const ratio = atFirst / atLast;
  const evidence = `∂L/∂y is ${shown(atFirst)} in root mean square at ${layerName(first)} and ${shown(atLast)} at ${layerName(last)}: ${shown(ratio)} times as large.`;
  if (ratio <= 1 / GRADIENT_RATIO.warning) {
    return [
      {
        kind: "vanishing-gradients",
        severity: ratio <= 1 / GRADIENT_RATIO.bad ? "bad" : "warning",
        layer: first.path,
        evidence,
        remedy: layers.some(({ dead: units, units: all }) => units.length / all >= DEAD.warning)
          ? "No gradient passes dead units: lower the learning rate and start anew from He initialization, or use a leaky rectifier (LeakyReLU, GELU, SiLU). A normalization and skip connections help too."
          : "Use rectifiers in place of sigmoid or tanh, He or Glorot initialization, a normalization, skip connections, or fewer layers.",
      },
    ];
  }
  if (ratio < GRADIENT_RATIO.warning) return [];
  return [
    {
      kind: "exploding-gradients",
      severity: ratio >= GRADIENT_RATIO.bad ? "bad" : "warning",
      layer: first.path,
      evidence,
      remedy:
        "Start from smaller weights (He or Glorot initialization), clip the gradients (clipNorm), lower the learning rate, or add a normalization.",
    },
  ];
}

function update(layer: LayerHealth): Alarm[] {
  const { updateRatio: ratio, path, gradientNorm } = layer;
  if (ratio === null) return [];
  const evidence = `The last update moved the weights of ${layerName(layer)} by ${shown(ratio)} of their size; about 0.001 is healthy.`;
  if (ratio > HEALTHY_UPDATES.most) {
    return [
      {
        kind: "update-too-large",
        severity: ratio > UPDATES_BAD ? "bad" : "warning",
        layer: path,
        evidence,
        remedy: "Lower the learning rate, or begin with a warm-up.",
      },
    ];
  }
  if (ratio >= HEALTHY_UPDATES.least || (gradientNorm ?? 0) <= STATIONARY) return [];
  return [
    {
      kind: "update-too-small",
      severity: "note",
      layer: path,
      evidence,
      remedy: "Raise the learning rate, unless a schedule has lowered it on purpose.",
    },
  ];
}

function converged({ gradientNorm, loss }: Omit<Health, "alarms">): Alarm[] {
  if (gradientNorm > STATIONARY) return [];
  return [
    {
      kind: "converged",
      severity: "note",
      layer: null,
      evidence: `‖∇L‖ is ${shown(gradientNorm)} at the loss ${shown(loss)}: nearly 0, as it is at a minimum.`,
      remedy:
        "Training may stop. If the loss is still high, it is a plateau: start from another seed, or use a larger network.",
    },
  ];
}

const severityOf = (share: number, limits: { warning: number; bad: number }): Alarm["severity"] =>
  share >= limits.bad ? "bad" : share >= limits.warning ? "warning" : "note";

/**
 * A layer by the lecture's number, as traces have it; before the first weighted sum by its kind alone.
 *
 * @example
 * layerName({ k: 2, kind: "Tanh" }); // → 'layer 2 (Tanh)'
 * layerName({ k: 0, kind: "Flatten" }); // → 'Flatten'
 */
export const layerName = ({ k, kind }: Pick<LayerHealth, "k" | "kind">): string =>
  k === 0 ? kind : `layer ${k} (${kind})`;

const shareOf = (count: number, all: number): string =>
  `${count} of ${all} units (${shown((100 * count) / all)} %)`;

/** Units by the lecture's numbers, from 1 on. */
function places(units: readonly number[]): string {
  const some = units.slice(0, NAMED).map((unit) => unit + 1);
  return `${some.join(", ")}${units.length > NAMED ? ", …" : ""}`;
}

const shown = (x: number): string => shortNumber(x, 3);
