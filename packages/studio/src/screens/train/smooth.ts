/**
 * The exponential moving average of a curve that grows, without the pull of its start (divided by 1 − βⁿ, as Adam does). Numbers that
 * are not finite are passed on and leave the average as it is. Where steps are left out, a number stands for all of them since the one
 * before. What was computed of a curve is kept: only its new end costs.
 */
export class Smoother {
  readonly #beta: number;
  #smoothed = new Float64Array(1024);
  #length = 0;
  #average = 0;
  #weight = 0;
  #step = -1;
  /** The memory of the curve so far: a curve that was cut or changed is in another one. */
  #memory: ArrayBufferLike | null = null;

  /** @param beta - 0 to 1: how much of the past stays at each step */
  constructor(beta: number) {
    this.#beta = beta;
  }

  /** @param steps - of each value, rising */
  of(steps: Float64Array, values: Float64Array): Float64Array {
    if (values.buffer !== this.#memory || values.length < this.#length) {
      this.#memory = values.buffer;
      [this.#length, this.#average, this.#weight, this.#step] = [0, 0, 0, -1];
    }
    if (values.length > this.#smoothed.length) {
      const larger = new Float64Array(Math.max(values.length, 2 * this.#smoothed.length));
      larger.set(this.#smoothed.subarray(0, this.#length));
      this.#smoothed = larger;
    }
    for (let n = this.#length; n < values.length; n++) {
      const value = values[n] ?? Number.NaN;
      const step = steps[n] ?? this.#step + 1;
      if (Number.isFinite(value)) {
        const beta = step === this.#step + 1 ? this.#beta : this.#beta ** (step - this.#step);
        this.#average = beta * this.#average + (1 - beta) * value;
        this.#weight = beta * this.#weight + (1 - beta);
      }
      this.#step = step;
      this.#smoothed[n] = Number.isFinite(value) ? this.#average / this.#weight : value;
    }
    this.#length = values.length;
    return this.#smoothed.subarray(0, this.#length);
  }
}
