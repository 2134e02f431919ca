import { enableGrad, noGrad } from "../core/modes.ts";
import { fillUniform, Generator } from "../core/random.ts";
import { Tensor, visit } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { grad } from "./grad.ts";

/** A function of tensors whose derivative is compared with differences of its values. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

export interface Tolerances {
  /** How far an input is moved to either side. */
  readonly eps: number;
  readonly atol: number;
  readonly rtol: number;
  /** Compare along this many random directions; every element by itself when 0. */
  readonly directions: number;
  readonly skipKinks: boolean;
}

/** One derivative that backward and differences disagree on. Elements are flat positions; null along a direction. */
export interface Mismatch {
  readonly input: number;
  readonly element: number | null;
  readonly outputElement: number | null;
  readonly analytic: number;
  readonly numeric: number;
  /** The slopes to the left and to the right, where they differ so much that the point lies at a kink. */
  readonly kink: readonly [number, number] | null;
}

/** What a comparison has seen. */
export interface Findings {
  mismatch: Mismatch | null;
  /** Number of derivatives compared. */
  checks: number;
  /** Derivatives left out because the function has a kink there. */
  kinks: number;
  /** The largest |analytic − numeric| / max(|analytic|, |numeric|). */
  relativeError: number;
}

/** The floating outputs of a function: the others have no derivative. */
export function outputsOf(fn: Differentiable, inputs: readonly Tensor[]): Tensor[] {
  const y = fn(...inputs);
  const all = y instanceof Tensor ? [y] : y;
  if (!Array.isArray(all) || !all.every((item) => item instanceof Tensor)) {
    throw new ChainruleError(
      "argument",
      "The function to differentiate returned something that is no tensor.",
      "Return a tensor, or an array of tensors.",
    );
  }
  return all.filter((item) => isFloating(item.dtype));
}

/** The function from inputs and ∂ℓ/∂outputs to ∂ℓ/∂inputs. */
export function derivativeOf(fn: Differentiable, count: number): Differentiable {
  return (...all) =>
    enableGrad(() => {
      const inputs = all.slice(0, count);
      const outputs = outputsOf(fn, inputs);
      const used = outputs.filter((y) => y.requiresGrad);
      const gradOutputs = all.slice(count).filter((_, i) => outputs[i]?.requiresGrad);
      const wanted = inputs.filter((x) => x.requiresGrad);
      return grad(used, wanted, { gradOutputs, createGraph: true, allowUnused: true }).filter(
        (g) => g !== null,
      );
    });
}

/** All outputs as one row of numbers, computed without recording. */
export const valuesOf = (fn: Differentiable, inputs: readonly Tensor[]): Float64Array =>
  noGrad(() => flat(outputsOf(fn, inputs)));

/** The elements of several tensors in one row. */
export function flat(tensors: readonly Tensor[]): Float64Array {
  const row = new Float64Array(tensors.reduce((n, x) => n + x.numel, 0));
  let at = 0;
  for (const x of tensors) {
    row.set(x.data, at);
    at += x.numel;
  }
  return row;
}

/** ∂(weights · outputs)/∂inputs. Outputs that depend on no input count as constant. */
export function weightedGradient(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  weights: Float64Array,
): Float64Array[] {
  const used: Tensor[] = [];
  const gradOutputs: Tensor[] = [];
  let at = 0;
  for (const y of outputs) {
    const part = weights.slice(at, at + y.numel);
    at += y.numel;
    if (!y.requiresGrad) continue;
    used.push(y);
    gradOutputs.push(Tensor.over(part, y.shape, "float64"));
  }
  const found = grad(used, inputs, { gradOutputs, retainGraph: true, allowUnused: true });
  return found.map((g, k) => (g ? Float64Array.from(g.data) : new Float64Array(inputs[k].numel)));
}

/** The values of a function with one input moved by `step · direction`. The input is put back, whatever happens. */
function movedValues(
  fn: Differentiable,
  inputs: readonly Tensor[],
  x: Tensor,
  direction: Float64Array,
  step: number,
): Float64Array {
  const before = Float64Array.from(x.data);
  const move = (by: number): void => {
    const { elements } = x.storage;
    let i = 0;
    visit(x.shape, x.strides, x.offset, (at) => {
      elements[at] = before[i] + by * direction[i];
      i++;
    });
  };
  try {
    move(step);
    return valuesOf(fn, inputs);
  } finally {
    move(0);
  }
}

/**
 * Compares derivatives with centred differences, (f(x + εu) − f(x − εu)) / 2ε, for the inputs at the places `checked`. Stops
 * at the first that differs.
 */
export function compare(
  fn: Differentiable,
  inputs: readonly Tensor[],
  checked: readonly number[],
  tolerances: Tolerances,
): Findings {
  const outputs = outputsOf(fn, inputs);
  const comparison = new Comparison(fn, inputs, outputs, checked, tolerances);
  if (tolerances.directions > 0) comparison.alongDirections();
  else comparison.everyElement();
  return comparison.findings;
}

class Comparison {
  readonly findings: Findings = { mismatch: null, checks: 0, kinks: 0, relativeError: 0 };
  readonly fn: Differentiable;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly checked: readonly number[];
  readonly tolerances: Tolerances;
  readonly values: Float64Array;

  constructor(
    fn: Differentiable,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    checked: readonly number[],
    tolerances: Tolerances,
  ) {
    this.fn = fn;
    this.inputs = inputs;
    this.outputs = outputs;
    this.checked = checked;
    this.tolerances = tolerances;
    this.values = flat(outputs);
  }

  /** vᵀJu for random v and u: one number that every entry of the Jacobian takes part in. */
  alongDirections(): void {
    const generator = new Generator(0);
    const xs = this.checked.map((k) => this.inputs[k]);
    for (let round = 0; round < this.tolerances.directions; round++) {
      const v = new Float64Array(this.values.length);
      fillUniform(v, generator, -1, 1);
      const gradients = weightedGradient(this.outputs, xs, v);
      for (let k = 0; k < xs.length; k++) {
        const u = new Float64Array(xs[k].numel);
        fillUniform(u, generator, -1, 1);
        const [left, right] = this.#slopes(xs[k], u);
        const at = { input: this.checked[k], element: null, outputElement: null };
        if (!this.#agree(at, dot(gradients[k], u), dot(v, left), dot(v, right))) return;
      }
    }
  }

  /** The whole Jacobian, entry by entry. */
  everyElement(): void {
    const xs = this.checked.map((k) => this.inputs[k]);
    const rows = Array.from(this.values, (_, i) => {
      const v = new Float64Array(this.values.length);
      v[i] = 1;
      return weightedGradient(this.outputs, xs, v);
    });
    for (let k = 0; k < xs.length; k++) {
      for (let j = 0; j < xs[k].numel; j++) {
        const u = new Float64Array(xs[k].numel);
        u[j] = 1;
        const [left, right] = this.#slopes(xs[k], u);
        for (let i = 0; i < rows.length; i++) {
          const at = { input: this.checked[k], element: j, outputElement: i };
          if (!this.#agree(at, rows[i][k][j], left[i], right[i])) return;
        }
      }
    }
  }

  /** (f(x) − f(x − εu)) / ε and (f(x + εu) − f(x)) / ε. */
  #slopes(x: Tensor, u: Float64Array): [Float64Array, Float64Array] {
    const { eps } = this.tolerances;
    const below = movedValues(this.fn, this.inputs, x, u, -eps);
    const above = movedValues(this.fn, this.inputs, x, u, eps);
    return [
      this.values.map((value, i) => (value - below[i]) / eps),
      this.values.map((value, i) => (above[i] - value) / eps),
    ];
  }

  #agree(
    at: Pick<Mismatch, "input" | "element" | "outputElement">,
    analytic: number,
    left: number,
    right: number,
  ): boolean {
    const { atol, rtol, skipKinks } = this.tolerances;
    const numeric = (left + right) / 2;
    const error = Math.abs(analytic - numeric);
    if (error <= atol + rtol * Math.abs(numeric)) {
      this.findings.checks++;
      const largest = Math.max(Math.abs(analytic), Math.abs(numeric));
      if (largest > 0) this.findings.relativeError = Math.max(this.findings.relativeError, error / largest);
      return true;
    }
    // One-sided slopes of a smooth function differ by ε·f″ only; at a kink they are far enough apart to explain the error.
    const atKink = Math.abs(right - left) >= error;
    if (atKink && skipKinks) {
      this.findings.kinks++;
      return true;
    }
    this.findings.mismatch = { ...at, analytic, numeric, kink: atKink ? [left, right] : null };
    return false;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
