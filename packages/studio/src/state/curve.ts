import type { Measured, Progress } from "../protocol.ts";

/** All losses and measurements of a training so far. */
export interface Curve {
  /** `losses[n]` is the loss of step n, before its update; NaN where it was not told. */
  readonly losses: Float64Array;
  readonly measured: readonly Measured[];
}

export const emptyCurve: Curve = { losses: new Float64Array(0), measured: [] };

/** Grows a curve by what a training says. The array behind it doubles, so that adding is cheap however long it is. */
export class CurveStore {
  #losses = new Float64Array(1024);
  #length = 0;
  #measured: Measured[] = [];

  /** Forgets everything. */
  clear(): void {
    this.#length = 0;
    this.#measured = [];
  }

  add({ from, losses, measured, rewound, step }: Progress): Curve {
    if (rewound) {
      this.#length = Math.min(this.#length, step);
      this.#measured = this.#measured.filter((point) => point.step <= step);
      // Old views keep what they show.
      this.#losses = this.#losses.slice();
    }
    if (losses.length > 0) {
      const end = from + losses.length;
      if (end > this.#losses.length) {
        const larger = new Float64Array(Math.max(end, 2 * this.#losses.length));
        larger.set(this.#losses.subarray(0, this.#length));
        this.#losses = larger;
      }
      if (from > this.#length) this.#losses.fill(Number.NaN, this.#length, from);
      this.#losses.set(losses, from);
      this.#length = Math.max(this.#length, end);
    }
    if (measured.length > 0) {
      const known = new Set(measured.map((point) => point.step));
      this.#measured = [...this.#measured.filter((point) => !known.has(point.step)), ...measured].sort(
        (a, b) => a.step - b.step,
      );
    }
    return { losses: this.#losses.subarray(0, this.#length), measured: this.#measured };
  }
}
