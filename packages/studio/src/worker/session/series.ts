/** Numbers that are added one by one, in an array that doubles. */
export class Series {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  /** A copy of those from `from` on. */
  since(from: number): Float64Array {
    return this.#values.slice(Math.min(from, this.length), this.length);
  }

  at(place: number): number {
    return place < this.length ? this.#values[place] : Number.NaN;
  }

  cut(length: number): void {
    this.length = Math.min(this.length, length);
  }
}
