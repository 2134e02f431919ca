/** How many steps a second training is held to. */
import { refusal } from "../sentence.ts";

/** Steps that could not be done in time are made up for only so many milliseconds back. */
const LATEST = 100;

export class Pace {
  #perSecond = 0;
  #owed = 1;
  #time = performance.now();

  /** @param perSecond - 0 for as many as there can be */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  set perSecond(perSecond: number) {
    if (!(perSecond >= 0 && perSecond < Number.POSITIVE_INFINITY))
      throw refusal(
        "argument",
        `Training can not run at ${perSecond} steps a second.`,
        "Give 0 for as fast as it can, or a positive number.",
      );
    this.#perSecond = perSecond;
    this.start();
  }

  /** The first step is due at once. */
  start(): void {
    this.#owed = 1;
    this.#time = performance.now();
  }

  /** Whole steps that may be done by now. */
  due(): number {
    if (this.#perSecond === 0) return Number.POSITIVE_INFINITY;
    const now = performance.now();
    const most = Math.max(2, (LATEST * this.#perSecond) / 1000);
    this.#owed = Math.min(most, this.#owed + ((now - this.#time) * this.#perSecond) / 1000);
    this.#time = now;
    return Math.floor(this.#owed);
  }

  /** A step was done. */
  spend(): void {
    if (this.#perSecond > 0) this.#owed -= 1;
  }

  /** Milliseconds until the next step is due. */
  wait(): number {
    return this.due() > 0 ? 0 : (1000 * (1 - this.#owed)) / this.#perSecond;
  }
}
