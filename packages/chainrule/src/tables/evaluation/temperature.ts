/**
 * The temperature T with which softmax(z / T) fits the truth best (Guo et al. 2017): the least mean log loss over β = 1/T, a convex
 * problem in one unknown, by Newton's steps that bisection keeps within bounds.
 *
 * As in Platt's scaling, the truth is not taken for certain: a share 1/(n + 1) of it is spread evenly over the classes,
 * so that n rows that are all told right do not ask for certainty.
 *
 * @param logits [rows, classes], row by row
 * @param truth class numbers, [rows]
 * @param classes how many there are
 * @returns T, from 0.01 to 100, above 1 where the logits are too sure; 1 without rows
 *
 * @example
 * // Each row says 98 % for the second class, and two of three rows have it.
 * const logits = [0, 4, 0, 4, 0, 4];
 * fitTemperature(logits, [1, 1, 0], 2); // → 7.8305
 */
export function fitTemperature(logits: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  const n = truth.length;
  if (n === 0) return 1;
  const spread = 1 / (n + 1);
  // What the loss is against: the logit that the smoothed truth has on average, Σ_c q_c z_c.
  const wanted = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += logits[i * classes + c];
    return (1 - spread) * logits[i * classes + truth[i]] + (spread * sum) / classes;
  });
  let [low, high] = [1 / HIGHEST, HIGHEST];
  let beta = 1;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { slope, curvature } = derivatives(logits, wanted, classes, beta);
    if (slope > 0) high = beta;
    else low = beta;
    const newton = beta - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    const done = Math.abs(next - beta) <= 1e-12 * beta;
    beta = next;
    if (done) break;
  }
  return 1 / beta;
}

const HIGHEST = 100;
const MOST_STEPS = 100;

/**
 * Of the mean of log Σ_c exp(β z_c) − β z̄ over the rows: the first derivative is the mean of E[z] − z̄, the second that of Var[z], over
 * the classes with probabilities softmax(β z).
 */
function derivatives(
  logits: ArrayLike<number>,
  wanted: Float64Array,
  classes: number,
  beta: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let i = 0; i < wanted.length; i++) {
    const from = i * classes;
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[from + c]);
    let mass = 0;
    let first = 0;
    let second = 0;
    for (let c = 0; c < classes; c++) {
      const z = logits[from + c] - top;
      const p = Math.exp(beta * z);
      mass += p;
      first += p * z;
      second += p * z * z;
    }
    const mean = first / mass;
    slope += mean + top - wanted[i];
    curvature += second / mass - mean ** 2;
  }
  return { slope: slope / wanted.length, curvature: curvature / wanted.length };
}
