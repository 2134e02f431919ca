/** So many losses are kept of a training: 16 bytes each. */
const MOST = 200_000;

/** Losses with the steps that they are of, in rising order. */
export interface LossesByStep {
  readonly steps: Float64Array;
  readonly losses: Float64Array;
}

/**
 * The losses of a training of any length, in bounded memory. Of too many, equal runs of steps keep their first, lowest and highest loss,
 * so that no peak of a curve is lost; what is added after that is whole again, until there are too many once more.
 */
export class Losses {
  readonly #most: number;
  #steps = new Float64Array(1024);
  #losses = new Float64Array(1024);
  #length = 0;

  /** @param most - from 1024 */
  constructor(most = MOST) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** @param step - after all steps that are there */
  add(step: number, loss: number): void {
    if (this.#length === this.#steps.length) {
      if (this.#length < this.#most) this.#move(Math.min(2 * this.#length, this.#most));
      else this.#thin();
    }
    this.#steps[this.#length] = step;
    this.#losses[this.#length++] = loss;
  }

  /** All that are there. What was handed out stays as it is when losses are added, cut or thinned. */
  get all(): LossesByStep {
    return {
      steps: this.#steps.subarray(0, this.#length),
      losses: this.#losses.subarray(0, this.#length),
    };
  }

  /** A copy of those from a step on. */
  since(step: number): LossesByStep {
    const from = this.#placeOf(step);
    return {
      steps: this.#steps.slice(from, this.#length),
      losses: this.#losses.slice(from, this.#length),
    };
  }

  /** Forgets those from a step on. */
  cut(step: number): void {
    const length = this.#placeOf(step);
    if (length === this.#length) return;
    this.#length = length;
    this.#move(this.#steps.length);
  }

  /** The place of the first step that is not below a step. */
  #placeOf(step: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#steps[middle] as number) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Into other memory of this size. */
  #move(size: number): void {
    const { steps, losses } = this.all;
    [this.#steps, this.#losses] = [new Float64Array(size), new Float64Array(size)];
    this.#steps.set(steps);
    this.#losses.set(losses);
  }

  /** Down to half of what there may be. */
  #thin(): void {
    const [steps, losses, length] = [this.#steps, this.#losses, this.#length];
    this.#steps = new Float64Array(length);
    this.#losses = new Float64Array(length);
    this.#length = 0;
    const span = (steps[length - 1] as number) + 1;
    let run = 2;
    while (3 * Math.ceil(span / run) > this.#most / 2) run *= 2;
    for (let first = 0, end = 0; first < length; first = end) {
      const next = (Math.floor((steps[first] as number) / run) + 1) * run;
      let [low, high] = [first, first];
      for (end = first; end < length && (steps[end] as number) < next; end++) {
        if ((losses[end] as number) < (losses[low] as number)) low = end;
        if ((losses[end] as number) > (losses[high] as number)) high = end;
      }
      for (const place of new Set([first, Math.min(low, high), Math.max(low, high)])) {
        this.#steps[this.#length] = steps[place] as number;
        this.#losses[this.#length++] = losses[place] as number;
      }
    }
  }
}
