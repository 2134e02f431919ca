import { Losses } from "../losses.ts";
import type { Measured, Progress } from "../protocol.ts";

/** The losses and measurements of a training so far. */
export interface Curve {
  /** Rising: all steps that were done, or of very many some. */
  readonly steps: Float64Array;
  /** The losses of these steps, each before its update. */
  readonly losses: Float64Array;
  readonly measured: readonly Measured[];
}

export const emptyCurve: Curve = {
  steps: new Float64Array(0),
  losses: new Float64Array(0),
  measured: [],
};

/** Of more measurements every second one is forgotten. */
const MOST_MEASURED = 4000;

/** Grows a curve by what a training says, in bounded memory. */
export class CurveStore {
  #losses = new Losses();
  #measured: readonly Measured[] = [];

  /** Forgets everything. */
  clear(): void {
    this.#losses = new Losses();
    this.#measured = [];
  }

  add({ from, losses, steps, measured, rewound, step }: Progress): Curve {
    if (rewound) this.#measured = this.#measured.filter((point) => point.step <= step);
    if (rewound || losses.length > 0) this.#losses.cut(from);
    losses.forEach((loss, i) => {
      this.#losses.add(steps?.[i] ?? from + i, loss);
    });
    if (measured.length > 0) {
      const known = new Set(measured.map((point) => point.step));
      const all = [...this.#measured.filter((point) => !known.has(point.step)), ...measured].sort(
        (a, b) => a.step - b.step,
      );
      this.#measured =
        all.length > MOST_MEASURED ? all.filter((_, i) => (all.length - 1 - i) % 2 === 0) : all;
    }
    return { ...this.#losses.all, measured: this.#measured };
  }
}
