/** Line search under the strong Wolfe conditions: Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6. */

/** Loss and slope at one point of the line, with the gradient that belongs to it. */
export interface Point<G> {
  t: number;
  loss: number;
  slope: number;
  gradient: G;
}

/** Sufficient decrease: loss(t) ≤ loss(0) + C1 · t · slope(0). */
const C1 = 1e-4;
/** Curvature: |slope(t)| ≤ −C2 · slope(0). */
const C2 = 0.9;
const MOST_STEPS = 25;

/** The minimum of the cubic through two points and their slopes, kept within [low, high]; the middle when it has none. */
export function cubicMinimum(
  a: Point<unknown>,
  b: Point<unknown>,
  low = Math.min(a.t, b.t),
  high = Math.max(a.t, b.t),
): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const radicand = d1 * d1 - a.slope * b.slope;
  if (!(radicand >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(radicand);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const minimum =
    right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(minimum, low), high);
}

/**
 * A step along a direction that satisfies the strong Wolfe conditions, or the best one found.
 *
 * @param evaluate loss, slope and gradient at a step
 * @param start the point at step 0; its slope must be negative
 * @param first the step to try first
 * @param width the largest component of the direction: a bracket whose ends differ by less than `tolerance` in every
 * coordinate is not searched further
 */
export function strongWolfe<G>(
  evaluate: (t: number) => Point<G>,
  start: Point<G>,
  first: number,
  width: number,
  tolerance: number,
): { point: Point<G>; evaluations: number } {
  let evaluations = 1;
  let steps = 0;
  let previous = start;
  let point = evaluate(first);
  const tooHigh = (p: Point<G>): boolean => p.loss > start.loss + C1 * p.t * start.slope;
  const flat = (p: Point<G>): boolean => Math.abs(p.slope) <= -C2 * start.slope;

  // Walk outward until two points enclose a step that will do.
  let bracket: [Point<G>, Point<G>] | null = null;
  while (steps < MOST_STEPS) {
    if (tooHigh(point) || (steps > 1 && point.loss >= previous.loss)) {
      bracket = [previous, point];
      break;
    }
    if (flat(point)) return { point, evaluations };
    if (point.slope >= 0) {
      bracket = [previous, point];
      break;
    }
    const next = cubicMinimum(previous, point, point.t + 0.01 * (point.t - previous.t), point.t * 10);
    previous = point;
    point = evaluate(next);
    evaluations++;
    steps++;
  }
  bracket ??= [start, point];

  // Narrow the bracket; `low` is its end with the lower loss.
  let [low, high] = bracket[0].loss <= bracket[1].loss ? bracket : [bracket[1], bracket[0]];
  let stalled = false;
  while (steps < MOST_STEPS && Math.abs(high.t - low.t) * width >= tolerance) {
    const left = Math.min(low.t, high.t);
    const right = Math.max(low.t, high.t);
    let t = cubicMinimum(low, high);
    // A trial close to an end, twice in a row or on the end itself, is moved inside: else the bracket would not shrink.
    const margin = 0.1 * (right - left);
    if (Math.min(right - t, t - left) < margin) {
      if (stalled || t >= right || t <= left) {
        t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
        stalled = false;
      } else {
        stalled = true;
      }
    } else {
      stalled = false;
    }
    const trial = evaluate(t);
    evaluations++;
    steps++;
    if (tooHigh(trial) || trial.loss >= low.loss) {
      high = trial;
      if (low.loss > high.loss) [low, high] = [high, low];
    } else {
      if (flat(trial)) return { point: trial, evaluations };
      if (trial.slope * (high.t - low.t) >= 0) high = low;
      low = trial;
    }
  }
  return { point: low, evaluations };
}
