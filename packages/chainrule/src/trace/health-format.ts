/** Numbers of a tensor by how they are spread. Bins are true: `counts[i]` values lie in [edges[i], edges[i + 1]), the last closed. */
export interface Distribution {
  /** How many numbers there are, finite or not. */
  readonly count: number;
  /** The least of the finite ones; NaN where there is none. */
  readonly min: number;
  /** The greatest of the finite ones; NaN where there is none. */
  readonly max: number;
  /** The mean of the finite ones; NaN where there is none. */
  readonly mean: number;
  /** The standard deviation of the finite ones (its square divides by their count); NaN where there is none. */
  readonly sd: number;
  /** NaN and ±∞, which are in no bin. */
  readonly notFinite: number;
  /** The ends of the bins, ascending: one more than there are bins. */
  readonly edges: Float64Array;
  /** How many numbers lie in each bin. */
  readonly counts: Float64Array;
}

/** One layer as it is at one step, over a batch. */
export interface LayerHealth {
  /** Where it is in the model, such as `0` or `hidden.1`. */
  readonly path: string;
  /** Its class, such as `Linear`. */
  readonly kind: string;
  /** The lecture's number k: how many weighted sums there are up to here. */
  readonly k: number;
  /** Its parameters; null for a layer without any. */
  readonly weights: Distribution | null;
  /** What the layer gives. */
  readonly activations: Distribution;
  /** ∂L/∂W; null for a layer without weights. */
  readonly gradients: Distribution | null;
  /** ∂L/∂y, of what the layer gives. */
  readonly signals: Distribution | null;
  /** How many numbers it gives for each row. */
  readonly units: number;
  /** Units (by place) of a rectifier that give 0 for every row of the batch, so that no gradient passes. */
  readonly dead: readonly number[];
  /** Units of a bounded activation that sit at its ends (|f'| < 0.01 of its largest) for nearly every row. */
  readonly saturated: readonly number[];
  /** ‖∂L/∂W‖₂. */
  readonly gradientNorm: number | null;
  /** ‖Δw‖ / ‖w‖ of the last update: about 1e-3 is healthy. Null before the first. */
  readonly updateRatio: number | null;
}

/**
 * What an {@link Alarm} is about:
 *
 * - `not-finite`: NaN or ±∞ in some tensor; then no other alarm is given
 * - `dead-units`: rectifiers that give 0 for every row: a tenth of a layer is a warning, 40 % are bad
 * - `saturated-units`: bounded activations at their ends in 95 % of the rows: a quarter of a layer is a warning, three quarters are bad
 * - `vanishing-gradients`: ∂L/∂y in the first layer is a thousandth of that in the last, or less
 * - `exploding-gradients`: ∂L/∂y in the first layer is a thousand times that in the last, or more
 * - `update-too-large`: ‖Δw‖ / ‖w‖ above {@link HEALTHY_UPDATES}
 * - `update-too-small`: ‖Δw‖ / ‖w‖ below {@link HEALTHY_UPDATES}
 * - `converged`: ‖∇L‖ is at most 1e-4: nothing is left to descend
 */
export type AlarmKind =
  | "not-finite"
  | "dead-units"
  | "saturated-units"
  | "vanishing-gradients"
  | "exploding-gradients"
  | "update-too-large"
  | "update-too-small"
  | "converged";

/** Something about a model that calls for something to be done. */
export interface Alarm {
  /** What it is about. */
  readonly kind: AlarmKind;
  /** Whether training is spoiled (bad), may suffer (warning), or it is good to know (note). */
  readonly severity: "bad" | "warning" | "note";
  /** The layer's path; null where it is of the whole model. */
  readonly layer: string | null;
  /** What was seen, with its numbers. */
  readonly evidence: string;
  /** What to do. */
  readonly remedy: string;
}

/** What {@link health} tells of a model. */
export interface Health {
  /** Rows that went through together. */
  readonly rows: number;
  /** L of these rows. */
  readonly loss: number;
  /** ‖∇L‖₂ over all parameters: 0 at a stationary point, the first-order condition of optimality. */
  readonly gradientNorm: number;
  /** Weight layers and activations, in the order of computation. */
  readonly layers: readonly LayerHealth[];
  /** What calls for something to be done, the worst first; empty where all is well. */
  readonly alarms: readonly Alarm[];
}
