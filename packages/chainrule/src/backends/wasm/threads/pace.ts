/** Runs between two looks at the other way, at first and at most; each look that changes nothing doubles them. */
const interval = { first: 32, most: 4096 };

/** Runs of each way in a look: their medians are compared, as one run may be disturbed. */
const looks = 3;

/** What the other way must be below, as a part of the time of this one, to be taken. */
const better = 0.92;

/** A usual time that grew by this factor is reason to look at once. */
const worse = 1.3;

/** The weight of the newest time in the usual one. */
const newest = 0.1;

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1];

/**
 * Finds out by timing whether workers help. What they cost cannot be known beforehand: where somebody else uses the other cores,
 * they come late to each barrier, and one thread is faster. Results are the same bits either way.
 */
export class Pace {
  #threaded = true;
  /** The usual time of a run, of late; 0 before the first. */
  #usual = 0;
  /** The usual time when the last look was over, as far as it is known. */
  #before = 0;
  #interval = interval.first;
  #untilLook = interval.first;
  /** Times of the look at hand: of this way first, then of the other. */
  #times: number[] | null = null;

  /** Whether the next run uses workers. */
  get threaded(): boolean {
    const isOther = this.#times !== null && this.#times.length >= looks;
    return this.#threaded !== isOther;
  }

  /** Notes how long a run took, in any unit. */
  took(time: number): void {
    if (this.#times) {
      this.#times.push(time);
      if (this.#times.length === 2 * looks) this.#decide(this.#times);
      return;
    }
    this.#usual = this.#usual === 0 ? time : this.#usual + newest * (time - this.#usual);
    this.#untilLook--;
    const slower = this.#before > 0 && this.#usual > worse * this.#before;
    if (slower || this.#untilLook <= 0) this.#times = [];
  }

  #decide(times: readonly number[]): void {
    this.#times = null;
    const [own, other] = [median(times.slice(0, looks)), median(times.slice(looks))];
    const changes = other < better * own;
    if (changes) this.#threaded = !this.#threaded;
    this.#interval = changes ? interval.first : Math.min(2 * this.#interval, interval.most);
    this.#usual = changes ? other : own;
    this.#before = this.#usual;
    this.#untilLook = this.#interval;
  }
}
