/** Which rows each step of training sees. */
import { data, defaultGenerator } from "chainrule";

/** Where the steps of an epoch stand. */
export interface BatchesState {
  /** The order of the rows in this epoch; null before the first. */
  readonly order: Int32Array | null;
  /** The next row of the order. */
  readonly place: number;
}

/** The batches of a `DataLoader` that shuffles, with its draws; or all rows in their order, without a draw, for batch size 0. */
export class Batches {
  readonly #rows: number;
  readonly #size: number;
  #order: Int32Array | null = null;
  #place = 0;

  constructor(rows: number, size: number) {
    this.#rows = rows;
    this.#size = size;
  }

  /** Steps of one pass over the rows. */
  get perEpoch(): number {
    return this.#size === 0 ? 1 : Math.ceil(this.#rows / this.#size);
  }

  /** The rows of the next step; null for all. */
  next(): Int32Array | null {
    if (this.#size === 0) return null;
    if (this.#order === null || this.#place >= this.#order.length) {
      this.#order = drawOrder(this.#rows);
      this.#place = 0;
    }
    const rows = this.#order.subarray(this.#place, this.#place + this.#size);
    this.#place += rows.length;
    return rows;
  }

  get state(): BatchesState {
    return { order: this.#order, place: this.#place };
  }

  set state({ order, place }: BatchesState) {
    this.#order = order;
    this.#place = place;
  }
}

/** A loader first draws a seed that it does not use, then one for the generator of its order. */
function drawOrder(rows: number): Int32Array {
  defaultGenerator.nextInt63();
  return Int32Array.from(new data.RandomSampler({ length: rows }));
}
