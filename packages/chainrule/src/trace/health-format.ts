/** Numbers of a tensor by how they are spread. Bins are true: `counts[i]` values lie in [edges[i], edges[i + 1]), the last closed. */
export interface Distribution {
  readonly count: number;
  /** Of the finite ones; NaN where there is none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sd: number;
  /** NaN and ±∞, which are in no bin. */
  readonly notFinite: number;
  readonly edges: Float64Array;
  readonly counts: Float64Array;
}

/** One layer as it is at one step, over a batch. */
export interface LayerHealth {
  readonly path: string;
  readonly kind: string;
  /** The lecture's number k. */
  readonly k: number;
  readonly weights: Distribution | null;
  /** What the layer gives. */
  readonly activations: Distribution;
  /** ∂L/∂W; null for a layer without weights. */
  readonly gradients: Distribution | null;
  /** ∂L/∂y, of what the layer gives. */
  readonly signals: Distribution | null;
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

export type AlarmKind =
  | "not-finite"
  | "dead-units"
  | "saturated-units"
  | "vanishing-gradients"
  | "exploding-gradients"
  | "update-too-large"
  | "update-too-small"
  | "converged";

export interface Alarm {
  readonly kind: AlarmKind;
  readonly severity: "bad" | "warning" | "note";
  /** The layer's path; null where it is of the whole model. */
  readonly layer: string | null;
  /** What was seen, with its numbers. */
  readonly evidence: string;
  /** What to do. */
  readonly remedy: string;
}

export interface Health {
  readonly rows: number;
  readonly loss: number;
  /** ‖∇L‖₂ over all parameters: 0 at a stationary point, the first-order condition of optimality. */
  readonly gradientNorm: number;
  /** Weight layers and activations, in the order of computation. */
  readonly layers: readonly LayerHealth[];
  readonly alarms: readonly Alarm[];
}
